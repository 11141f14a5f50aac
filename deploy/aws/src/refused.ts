// What is wrong with what the user asked for: said in one line, without a stack.
export class Refused extends Error {}
