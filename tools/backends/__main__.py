"""./dev backends up | down | status | env | urls"""

import argparse
import sys
from pathlib import Path

from .processes import StartFailed
from .standing import Standing

FOLDER = Path("/tmp/aside-backends")


def up(standing: Standing) -> int:
    standing.up()
    print(standing.shell() + standing.description(), end="")
    return 0


def down(standing: Standing) -> int:
    standing.down()
    return 0


def status(standing: Standing) -> int:
    lines = standing.answers()
    print("\n".join(line for line, _ in lines))
    return 0 if lines and all(answering for _, answering in lines) else 1


def env(standing: Standing) -> int:
    print(standing.shell(), end="")
    return 0


def urls(standing: Standing) -> int:
    print("\n".join(standing.urls()))
    return 0


COMMANDS = {command.__name__: command for command in (up, down, status, env, urls)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev backends", description="S3, DynamoDB and credential services to try Aside with")
    parser.add_argument("command", choices=COMMANDS, help="env: what `up` printed for a shell: eval \"$(./dev backends env)\"; urls: of the index, then of the objects")
    parser.add_argument("--dir", type=Path, default=FOLDER, help=f"where they keep their files ({FOLDER})")
    arguments = parser.parse_args()
    try:
        return COMMANDS[arguments.command](Standing(arguments.dir.absolute()))
    except StartFailed as failure:
        print(f"backends: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
