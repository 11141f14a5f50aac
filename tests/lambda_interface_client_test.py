"""The stand-in for Lambda with a client of its Runtime API that is not ours: AWS's own for Node, on aws-lambda-cpp and curl.

Skipped where it is not installed, which compiles for minutes: npm install --prefix build/lambda-client aws-lambda-ric
"""

import shutil
import unittest
from pathlib import Path

from lambda_environment_test import ROOMY, Environments
from lambda_tool import LambdaTool

HERE = Path(__file__).parent
CLIENT = HERE.parent / "build/lambda-client/node_modules/aws-lambda-ric/index.mjs"
NODE = shutil.which("node")
TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1"


@unittest.skipUnless(NODE and CLIENT.exists(), "needs aws-lambda-ric")
class InterfaceClient(Environments):
    def node(self, variables: dict[str, str] | None = None, **options: object) -> LambdaTool:
        return self.function(variables, [NODE, str(CLIENT)], handler="lambda_handler.handler", directory=HERE, **options)

    def test_invocations_frozen_between_them(self) -> None:
        function = self.node(memory=512)
        first = function.invoke({}, trace_id=TRACE)
        self.assertEqual((first.cold, first.value["seen"], first.value["id"]), (True, 1, first.request_id))
        self.assertEqual((first.value["trace"], first.value["memory"]), (TRACE, "512"))
        self.assertGreater(first.value["leftMs"], ROOMY / 2)
        self.assertTrue(function.environments[0]["frozen"])
        second = function.invoke({"say": "ä" * 100_000})  # comes chunked
        self.assertEqual((second.cold, second.value["seen"], second.value["bytes"]), (False, 2, 100_000))

    def test_an_error_and_an_exit(self) -> None:
        function = self.node()
        report = function.do("throw")
        self.assertEqual((report.error["message"], report.aftermath), ("made to fail", "ready"))
        report = function.do("exit")
        self.assertIn("exit status 9", report.error["message"])
        self.assertEqual(function.invoke({}).value["seen"], 1)

    def test_an_init_error(self) -> None:
        report = self.node({"INIT": "throw"}).invoke({})
        self.assertEqual((report.error["message"], report.suppressed_init), ("no such table", True))

    def test_a_timeout(self) -> None:
        self.assertEqual(self.node(timeout_ms=3000).do("hang").error["type"], "Sandbox.Timedout")


if __name__ == "__main__":
    unittest.main()
