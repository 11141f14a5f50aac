// A function for Lambda's own runtime client of Node (lambda_interface_client_test.py).
if (process.env.INIT === "throw") throw new Error("no such table");

let seen = 0;
export const handler = async (event, context) => {
    seen += 1;
    if (event.do === "throw") throw new TypeError("made to fail");
    if (event.do === "exit") process.exit(9);
    if (event.do === "hang") await new Promise(() => setTimeout(() => {}, 1_000_000));
    return {
        seen,
        bytes: event.say?.length,
        id: context.awsRequestId,
        leftMs: context.getRemainingTimeInMillis(),
        trace: process.env._X_AMZN_TRACE_ID,
        memory: context.memoryLimitInMB,
    };
};
