"""Files and functions stay short. Functions over the limit that are known stand in ratchet.txt and may only shrink."""

import os
import re

from tree import Finding, kind_of, line_of

FILE_LINES, TEST_FILE_LINES = 400, 800
FUNCTION_LINES = 70
RATCHET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ratchet.txt")

SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")
NAME = re.compile(r"([~\w:]+|operator\s*[^\s\w(]+)\s*\(")


def functions(code):
    """(name, first line, lines) of each function or lambda-free block that opens outside of any other function."""
    head_start, depth, opened = 0, 0, None
    scopes = []  # for each open brace: is it a scope whose insides are looked at?
    for match in re.finditer(r"[{};]", code):
        at, mark = match.start(), match.group()
        if mark == "{":
            if opened is None:
                head = re.sub(r"^\s*#[^\n]*(?:\\\n[^\n]*)*", "", code[head_start:at], flags=re.M)
                is_function = "(" in head and not re.match(r"\s*(?:template\s*<[^{]*>\s*)?(?:class|struct|namespace|enum|union|extern)\b", head)
                if is_function and not re.search(r"=\s*$", head):
                    name = NAME.search(re.sub(r"^\s*template\s*<[^()]*>", "", head))
                    opened = (name.group(1) if name else "?", line_of(code, at), depth)
            scopes.append(opened is None)
            depth += 1
        elif mark == "}":
            depth = max(0, depth - 1)
            if scopes:
                scopes.pop()
            if opened is not None and depth == opened[2]:
                yield opened[0], opened[1], line_of(code, at) - opened[1] + 1
                opened = None
        head_start = match.end()


def read_ratchet():
    known = {}
    if os.path.exists(RATCHET):
        with open(RATCHET) as f:
            for line in f:
                if line.strip() and not line.startswith("#"):
                    path, name, lines = line.split()
                    known[path, name] = int(lines)
    return known


def check(tree):
    known = read_ratchet() if tree.root else {}
    for path in tree.cpp(under="") + tree.paths(".py", ".sh"):
        limit = TEST_FILE_LINES if kind_of(path) == "test" else FILE_LINES
        lines = tree.text(path).count("\n")
        if lines > limit:
            yield Finding(path, 0, f"{lines} lines; {limit} is the limit: split it by idea")
    for path in tree.cpp(under=""):
        for name, line, lines in functions(tree.code(path)):
            if lines > max(FUNCTION_LINES, known.get((path, name), 0)):
                yield Finding(path, line, f"{name} has {lines} lines; {FUNCTION_LINES} is the limit")


_long = "\n".join(["    call();"] * 71)
BAD = [
    ({"src/base/x.h": "int a;\n" * 401}, "split it"),
    ({"src/base/x_test.cpp": "int a;\n" * 801}, "split it"),
    ({"src/base/x.cpp": "namespace aside {\nint Big::f(int a) const {\n" + _long + "\n}\n}\n"}, "Big::f has"),
    ({"src/base/x.h": "struct S {\n  S() : a_(1) {\n" + _long + "\n  }\n};\n"}, "S has"),
]
GOOD = [
    {"src/base/x.cpp": "namespace aside {\n" + "int f() {\n    return 1;\n}\n\n" * 90 + "}\n"},
    {"src/base/x.h": "class S {\n" + "    int member;\n" * 90 + "};\n"},
]
