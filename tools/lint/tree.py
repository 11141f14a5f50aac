"""What a check looks at: the files of the clone, or a few made-up ones in a self-test."""

import os
import re
import subprocess
from dataclasses import dataclass

CPP = (".h", ".cpp")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int  # 0: the file as a whole
    message: str

    def __str__(self):
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


class Tree:
    """Paths from the root of the clone to text; binary files are left out."""

    def __init__(self, files, root=None):
        self._files = dict(files)
        self._code = {}
        self.root = root  # None: made up, nothing on disk

    @classmethod
    def of_clone(cls, root):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
        files = {}
        for path in filter(None, listed):
            full = os.path.join(root, path)
            if os.path.isfile(full) and not os.path.islink(full):
                with open(full, "rb") as f:
                    raw = f.read()
                if b"\0" not in raw:
                    files[path] = raw.decode("utf-8", "replace")
        return cls(files, root)

    def paths(self, *suffixes, under=""):
        return sorted(p for p in self._files if p.startswith(under) and (not suffixes or p.endswith(suffixes)))

    def text(self, path):
        return self._files[path]

    def __contains__(self, path):
        return path in self._files

    def cpp(self, under="src/"):
        return self.paths(*CPP, under=under)

    def code(self, path):
        """The text of a C++ file with comments and literals blanked; lines and columns stay."""
        if path not in self._code:
            self._code[path] = blank_comments_and_literals(self._files[path])
        return self._code[path]


_PIECE = re.compile(
    r"//(?:\\\n|[^\n])*"  # line comment
    r"|/\*.*?\*/"  # block comment
    r'|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'  # string
    r"|(?<![0-9A-Za-z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'",  # character, not the ' of 1'000
    re.S)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"[^"]*"', re.M)


def blank_comments_and_literals(text):
    includes = {m.start() + m.group().index('"'): m.end() for m in _INCLUDE.finditer(text)}

    def blank(match):
        piece = match.group()
        if match.start() in includes:
            return piece
        spaces = re.sub(r"[^\n]", " ", piece)
        if piece.startswith("/"):
            return spaces
        return '"' + spaces[1:-1] + '"' if len(piece) > 1 else spaces

    return _PIECE.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def kind_of(path):
    """'test', 'fuzz', 'bench' or 'code': what the name of a C++ file says it is."""
    match = re.search(r"_(test|fuzz|bench|fixture)\.(?:cpp|h)$", path)
    return {"fixture": "test"}.get(match.group(1), match.group(1)) if match else "code"
