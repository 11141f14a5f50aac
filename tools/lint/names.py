"""Folder names that explain nothing, and words that must not be in the project."""

import re

from tree import Finding, line_of

EMPTY_NAMES = {"util", "utils", "common", "misc", "helpers", "helper"}

# Paths of whoever's machine the text was written on: a reader does not have them.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:wor" r"k|far" r"m|roo" r"t|hom" r"e/\w+)/|\.\./shar" r"ed\b|/tm" r"p/brief|\.librar" r"y/")


def check(tree):
    for path in tree.paths():
        for part in path.split("/")[:-1]:
            if part in EMPTY_NAMES:
                yield Finding(path, 0, f"a folder named '{part}' tells nothing; name it after what it holds")
        text = tree.text(path)
        for match in MACHINE_PATH.finditer(text):
            yield Finding(path, line_of(text, match.start()), f"'{match.group()}' is a path of one machine")


BAD = [
    ({"src/util/x.h": "\n"}, "tells nothing"),
    ({"docs/x.md": "see /wor" "k/main/README"}, "one machine"),
    ({"docs/x.md": "see ../shar" "ed/peers"}, "one machine"),
]
GOOD = [{"docs/x.md": "see https://example.org/work-load/ and src/framework/x.h\n"}]
