"""A function on the lab's stand-in for Lambda (aside_lab_tool lambda), invoked by HTTP (src/lab/lambda/control_service.h)."""

import http.client
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from aside import LAB_TOOL, PATIENCE, environment

FUNCTION = [sys.executable, "-S", "-E", str(Path(__file__).with_name("lambda_function.py"))]
INVOCATIONS = "/2015-03-31/functions/function/invocations"


@dataclass
class Report:
    """What became of an invocation."""

    environment: int
    cold: bool
    suppressed_init: bool
    init_ms: float | None
    duration_ms: float
    completed_ms: float
    aftermath: str
    event_lost: bool
    answer: str | None
    error: dict[str, str] | None
    request_id: str

    @property
    def value(self):
        """The answer, as JSON."""
        if self.answer is None:
            raise AssertionError(self.error)
        return json.loads(self.answer)


class LambdaTool:
    """`options` as the tool's, with _ for -; `variables` are the function's own."""

    def __init__(self, command: list[str], variables: dict[str, str] | None = None, **options: object) -> None:
        words = [word for name, value in options.items() for word in ("--" + name.replace("_", "-"), str(value))]
        words += [f"{name}={value}" for name, value in (variables or {}).items()]
        self.process = subprocess.Popen([LAB_TOOL, "lambda", *words, "--", *command], stdout=subprocess.PIPE, text=True, env=environment())
        told = self.process.stdout.readline()
        if not told.startswith("invoke at http://"):
            raise AssertionError(f"the tool does not start: {told}")
        self.address = told.split("//")[1].strip()

    def call(self, method: str, path: str, body: bytes = b"", fields: dict[str, str] | None = None,
             patience: float = PATIENCE) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.address, timeout=patience)
        try:
            connection.request(method, path, body, fields or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def post(self, event: object, trace_id: str = "") -> tuple[int, str]:
        fields = {"X-Amzn-Trace-Id": trace_id} if trace_id else {}
        return self.call("POST", INVOCATIONS, json.dumps(event).encode(), fields)

    def invoke(self, event: object, trace_id: str = "") -> Report:
        status, text = self.post(event, trace_id)
        if status != 200:
            raise AssertionError(f"{status} {text}")
        return Report(**json.loads(text))

    def do(self, what: str, **more: object) -> Report:
        """Of lambda_function.py."""
        return self.invoke({"do": what} | more)

    def order(self, path: str) -> int:
        """Of how many environments it was so."""
        status, text = self.call("POST", path)
        if status != 200:
            raise AssertionError(f"{path}: {status} {text}")
        return json.loads(text)["environments"]

    def provision(self, count: int) -> int:
        return self.order(f"/provision/{count}")

    def freeze(self) -> int:
        return self.order("/freeze")

    def thaw(self) -> int:
        return self.order("/thaw")

    def retire(self) -> int:
        return self.order("/retire")

    def kill(self, number: int) -> int:
        return self.order(f"/kill/{number}")

    @property
    def state(self) -> dict:
        return json.loads(self.call("GET", "/environments")[1])

    @property
    def environments(self) -> list[dict]:
        return self.state["environments"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)
        if self.process.returncode != 0:
            raise AssertionError(f"the tool ended with {self.process.returncode}")
