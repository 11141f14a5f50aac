"""The three credential stubs as one process, for ./dev backends: each hands out real sessions of the gateway it is given.

    python3 -m backends.stubs --gateway URL --folder FOLDER

Writes FOLDER/stubs.json when all listen: the environment that makes a client use each, and the URL of the control.
"""

import argparse
import json
import os
import threading
from pathlib import Path

from .container_credentials import ContainerCredentials
from .control import Control
from .imds import Imds
from .key_ring import Session
from .rgw import assume_role
from .web_identity import WebIdentity

TOLD = "stubs.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="backends.stubs")
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--folder", required=True, type=Path)
    arguments = parser.parse_args()

    def session(_lifetime_seconds: float) -> Session:
        return Session(*assume_role(arguments.gateway))

    imds, container, identity = Imds(session), ContainerCredentials(session), WebIdentity(session)
    control = Control({"imds": imds, "container": container, "sts": identity})
    told = {"control": control.url, "environments": {
        "an instance of EC2": imds.environment(),
        "a container": container.environment(arguments.folder / "container-token"),
        "a pod with a web identity": identity.environment(arguments.folder / "web-identity-token")}}
    unfinished = arguments.folder / (TOLD + ".unfinished")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    os.replace(unfinished, arguments.folder / TOLD)
    threading.Event().wait()


if __name__ == "__main__":
    main()
