"""Back ends that stay when the command has ended: up, down, and what answers.

What there is to know of them stands in their folder, in standing.json: who was started, before anything is waited for, so that
`down` finds also what an interrupted `up` left.
"""

import http.client
import json
import os
import shutil
import sys
import urllib.parse
from dataclasses import asdict
from pathlib import Path

from .dynamodb_local import DynamoDbLocal, answers_as_dynamodb
from .installed import ROOT, missing
from .processes import Identity, Processes, StartFailed
from .rgw import Rgw
from .kept_client import REGION
from .stubs import TOLD

STATE = "standing.json"
BUCKET, TABLE = "aside-objects", "aside-items"


class Standing:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state: dict = {"identities": []}

    def up(self) -> None:
        if lacking := missing():
            raise StartFailed(lacking)
        try:
            self.folder.mkdir(parents=True)
        except FileExistsError:
            raise StartFailed(f"{self.folder} is there: back ends are up, or were left; `./dev backends down` first") from None
        self._processes = Processes(stay=True, started=self._remember)
        try:
            self._start()
        except BaseException:
            self._processes.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def down(self) -> None:
        """Ends what was started, if it still is what was started."""
        for identity in reversed(self._identities()):
            identity.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self) -> list[tuple[str, bool]]:
        """A line for people, and whether it answers."""
        lines = []
        for identity in self._identities():
            answering = identity.lives() and self._answers(identity.name)
            lines.append((f"{identity.name}, pid {identity.pid}: {'answers' if answering else 'does not answer'}", answering))
        return lines

    def shell(self) -> str:
        """What makes a shell's programs use them."""
        exports = "".join(f"export {name}='{value}'\n" for name, value in self._read()["environment"].items())
        return exports + "unset AWS_SESSION_TOKEN AWS_PROFILE\n"

    def urls(self) -> tuple[str, str]:
        """Of the index and of the objects."""
        state = self._read()
        return state["index"], state["objects"]

    def description(self) -> str:
        state = self._read()
        lines = ["", "For Aside:", "", f"  --objects '{state['objects']}'", f"  --index '{state['index']}'", "",
                 "Credentials instead of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as in"]
        for place, environment in state["environments"].items():
            lines += [f"  {place}:", *(f"    {name}='{value}'" for name, value in environment.items())]
        return "\n".join([*lines, f"What these do wrong is set at {state['control']}: tools/backends/control.py tells how.", ""])

    def _start(self) -> None:
        dynamodb = DynamoDbLocal(self.folder / "dynamodb", self._processes)
        dynamodb.start(wait=False)
        rgw = Rgw(self.folder / "s3", self._processes)
        rgw.start()
        rgw.create_role()
        os.environ["PYTHONPATH"] = str(ROOT / "tools")
        log = self.folder / "stubs.log"
        stubs = self._processes.start("credential stubs", sys.executable, "-m", "backends.stubs", "--gateway", rgw.url, "--folder",
                                      self.folder, log=log)
        self._processes.wait_until((self.folder / TOLD).exists, stubs, log)
        dynamodb.wait()
        rgw.client().create_bucket(BUCKET, versions=True)
        dynamodb.client().create_table(TABLE)
        self._tell(rgw, dynamodb)

    def _tell(self, rgw: Rgw, dynamodb: DynamoDbLocal) -> None:
        def query(url: str, **more: str) -> str:
            return urllib.parse.urlencode({"region": REGION, "endpoint": url} | more, safe=":/")

        self._state |= json.loads((self.folder / TOLD).read_text(encoding="utf-8"))
        self._state |= {
            "environment": {"AWS_ACCESS_KEY_ID": rgw.key.access_key, "AWS_SECRET_ACCESS_KEY": rgw.key.secret, "AWS_REGION": REGION,
                            "AWS_ENDPOINT_URL_S3": rgw.url, "AWS_ENDPOINT_URL_DYNAMODB": dynamodb.url},
            "objects": f"s3://{BUCKET}?{query(rgw.url, style='path')}",
            "index": f"dynamodb://{TABLE}?{query(dynamodb.url, key='id', refs='refs')}",
            "ports": {"radosgw": rgw.port, "DynamoDB Local": dynamodb.port}}
        self._write()

    def _remember(self, identity: Identity) -> None:
        self._state["identities"].append(asdict(identity))
        self._write()

    def _write(self) -> None:
        unfinished = self.folder / (STATE + ".unfinished")
        unfinished.write_text(json.dumps(self._state, indent=1), encoding="utf-8")
        os.replace(unfinished, self.folder / STATE)

    def _read(self) -> dict:
        try:
            state = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
        except OSError:
            raise StartFailed(f"no back ends are up in {self.folder}") from None
        if "environment" not in state:
            raise StartFailed(f"an `up` in {self.folder} did not come to its end; `./dev backends down` ends what it started")
        return state

    def _identities(self) -> list[Identity]:
        if not self.folder.exists():
            raise StartFailed(f"no back ends are up in {self.folder}")
        try:
            return [Identity(**held) for held in json.loads((self.folder / STATE).read_text(encoding="utf-8"))["identities"]]
        except FileNotFoundError:
            return []

    def _answers(self, name: str) -> bool:
        state = self._read()
        if name == "DynamoDB Local":
            return answers_as_dynamodb(state["ports"][name])
        if name not in ("radosgw", "credential stubs"):
            return True  # it lives, and the gateway answers through it
        host = urllib.parse.urlsplit(state["control"]).netloc if name == "credential stubs" else f"127.0.0.1:{state['ports'][name]}"
        connection = http.client.HTTPConnection(host, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
