"""Amazon's DynamoDB Local. It is DynamoDB in all but a few things: it checks no signature, never throttles, spells the text of an
error `Message`, and keeps a number's zeros. It listens on every interface and has no option for that; what it holds is made up.

Licensed by Amazon for development and testing: its jar comes inside an npm package and is never part of this repository.
"""

import http.client
import shutil
from pathlib import Path

from .dynamodb_client import DynamoDbClient
from .installed import HOW, dynamodb_jar
from .processes import Processes, StartFailed, free_port
from .rgw import ADMIN
from .sigv4 import Key

# The compiler's first tier and the plain collector: a start takes 1.7 s instead of 2.5.
JAVA = ("java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class DynamoDbLocal:
    def __init__(self, folder: Path, processes: Processes | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.key = ADMIN  # letters and digits: others are refused
        self._processes = processes or Processes()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, wait: bool = True) -> None:
        """Without `wait` it starts beside whatever else does, and `wait` is called later."""
        jar = dynamodb_jar()
        if jar is None:
            raise StartFailed(f"there is no DynamoDBLocal.jar: {HOW}")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log = self.folder / "dynamodb.log"
        self._identity = self._processes.start(
            "DynamoDB Local", *JAVA, f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}", "-jar", jar, "-inMemory", "-sharedDb",
            "-disableTelemetry", "-port", self.port, log=self._log, folder=self.folder)
        if wait:
            self.wait()

    def wait(self) -> None:
        try:
            self._processes.wait_until(self._answers, self._identity, self._log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._processes.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, key: Key | None = None) -> DynamoDbClient:
        return DynamoDbClient(self.url, key or self.key)

    def _answers(self) -> bool:
        return answers_as_dynamodb(self.port)


def answers_as_dynamodb(port: int) -> bool:
    """A port that accepts is not enough: an unsigned request is refused in DynamoDB's words."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.status == 400 and b"MissingAuthenticationToken" in answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
