"""Each co_await is its own statement or initialises a named variable: never inside a condition, an argument, && or ?:."""

import re

from tree import Finding, line_of

# What may stand before co_await in its statement.
BEFORE = re.compile(
    r"\s*(?:(?:case\b(?:[^:]|::)*|default|public|private|protected|\w+)\s*:(?!:)\s*)*"  # labels
    r"(?:\(void\)\s*|co_return\s+|[\w:<>,*&\s.\[\]()-]*[\w>\])&*]\s*=\s*)?$")
CONTROL = re.compile(r"\s*(?:\}?\s*else\b|(?:if|while|for|switch)\b(?:\s+constexpr)?\s*(?=\())\s*")


def skip_controls(head):
    """Drops complete leading `if (...)`, `else`, `while (...)`: what follows is a statement of its own."""
    while match := CONTROL.match(head):
        rest = head[match.end():]
        if not rest.startswith("("):
            head = rest
            continue
        depth = 0
        for i, c in enumerate(rest):
            depth += (c == "(") - (c == ")")
            if depth == 0:
                break
        if depth:
            return None  # the co_await is inside the condition
        head = rest[i + 1:]
    return head


def unbalanced(head):
    return head.count("(") != head.count(")") or head.count("[") != head.count("]")


def tail_operator(code, start):
    """&&, || or ? in the same statement at the level of the co_await."""
    depth = 0
    for i in range(start, len(code)):
        c = code[i]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif depth == 0 and c == ";":
            return None
        elif depth == 0 and (c == "?" or code.startswith(("&&", "||"), i)):
            return c if c == "?" else code[i:i + 2]
    return None


def check(tree):
    for path in tree.cpp():
        code = tree.code(path)
        for match in re.finditer(r"\bco_await\b", code):
            start = max(code.rfind(c, 0, match.start()) for c in ";{}") + 1
            head = re.sub(r"^\s*#[^\n]*", "", code[start:match.start()], flags=re.M)
            rest = skip_controls(head)
            line = line_of(code, match.start())
            if rest is None or unbalanced(rest) or not BEFORE.match(rest):
                yield Finding(path, line, "co_await must be its own statement or initialise a named variable")
            elif operator := tail_operator(code, match.end()):
                yield Finding(path, line, f"co_await beside '{operator}': await into a named variable first")


BAD = [
    ({"src/engine/x.cpp": "void f() { if (co_await g()) h(); }"}, "own statement"),
    ({"src/engine/x.cpp": "void f() { h(co_await g()); }"}, "own statement"),
    ({"src/engine/x.cpp": "void f() { auto x = h(co_await g()); }"}, "own statement"),
    ({"src/engine/x.cpp": "void f() { auto x = a && co_await g(); }"}, "own statement"),
    ({"src/engine/x.cpp": "void f() { auto x = co_await g() && co_await h(); }"}, "'&&'"),
    ({"src/engine/x.cpp": "void f() { auto x = b ? co_await g() : 1; }"}, "own statement"),
    ({"src/engine/x.cpp": "void f() { auto x = co_await g() ? 1 : 2; }"}, "'?'"),
    ({"src/engine/x.cpp": "void f() { while (co_await next()) {} }"}, "own statement"),
    ({"src/engine/x.cpp": "void f() { for (auto x : co_await g()) {} }"}, "own statement"),
]
GOOD = [
    {"src/engine/x.cpp": "void f() { co_await g(); auto x = co_await g(a ? b : c); co_return co_await h(); }"},
    {"src/engine/x.cpp": "void f() { if (late) co_await g(); else co_await h(); for (;;) { x = co_await g(); } }"},
    {"src/engine/x.cpp": "void f() { switch (c) { case Call::put: case Call::drop: co_await g(); break; } }"},
    {"src/engine/x.cpp": "void f() { spawn([](W& w) -> Task<void> { co_await w.g(); }(w)); }"},
    {"src/engine/x.cpp": "void f() { Result<std::size_t> got = co_await read_some(stream, std::span(buffer)); // if (co_await x)\n }"},
]
