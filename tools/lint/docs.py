"""Pages: one title each, links that lead somewhere, and a configuration page that equals the parameter table."""

import os
import re
import subprocess

from tree import Finding, line_of

LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
FENCE = re.compile(r"^```.*?^```[^\n]*$", re.M | re.S)
INLINE = re.compile(r"`[^`\n]*`")
CONFIGURATION = "docs/configuration.md"


def prose(text):
    """A page without its code, lines kept."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group())
    return INLINE.sub(blank, FENCE.sub(blank, text))


def anchors(text):
    """The names GitHub gives to a page's headings."""
    names = set()
    for match in re.finditer(r"^#{1,6} +(.+?) *#*$", FENCE.sub("", text), re.M):
        slug = re.sub(r"[^\w\- ]", "", match.group(1).lower()).replace(" ", "-")
        names.add(slug)
    return names


def broken(tree, page, link):
    if re.match(r"[a-z][a-z0-9+.-]*:", link):
        return None
    target, _, anchor = link.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(page), target)) if target else page
    if path not in tree and not any(p.startswith(path + "/") for p in tree.paths()):
        return f"link to '{link}': there is no {path}"
    if anchor and path in tree and path.endswith(".md") and anchor not in anchors(tree.text(path)):
        return f"link to '{link}': {path} has no such heading"
    return None


def check(tree):
    for page in tree.paths(".md"):
        text = prose(tree.text(page))
        titles = re.findall(r"^# ", text, re.M)
        if len(titles) != 1:
            yield Finding(page, 0, f"{len(titles)} titles (lines with one '#'); a page has one")
        for match in LINK.finditer(text):
            why = broken(tree, page, match.group(1))
            if why:
                yield Finding(page, line_of(text, match.start()), why)
    if tree.root:
        yield from check_configuration(tree)


def newest_binary(root):
    built = [os.path.join(root, "build", preset, "aside") for preset in ("dev", "release")]
    built = [b for b in built if os.access(b, os.X_OK)]
    return max(built, key=os.path.getmtime, default=None)


def check_configuration(tree):
    binary = newest_binary(tree.root)
    if binary is None:
        return
    out = subprocess.run([binary, "config", "--markdown"], capture_output=True, text=True)
    if out.returncode:
        yield Finding(CONFIGURATION, 0, f"`aside config --markdown` failed: {out.stderr.strip()}")
    elif CONFIGURATION not in tree or tree.text(CONFIGURATION) != out.stdout:
        yield Finding(CONFIGURATION, 0, f"is not what the parameter table says; run {os.path.relpath(binary, tree.root)}"
                                        f" config --markdown > {CONFIGURATION}")


BAD = [
    ({"docs/a.md": "# A\n\n[x](b.md)\n"}, "there is no docs/b.md"),
    ({"docs/a.md": "# A\n\n[x](#other)\n"}, "no such heading"),
    ({"docs/a.md": "# A\n\n# B\n"}, "2 titles"),
    ({"docs/a.md": "text\n"}, "0 titles"),
]
GOOD = [{"docs/a.md": "# A\n\n[x](b.md#two-words) [y](https://example.org) [z](../src)\n```\n# not a title\n```\n",
         "docs/b.md": "# B\n\n## Two words\n", "src/x.h": "\n"}]
