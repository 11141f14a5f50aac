"""`aside lambda` on the stand-in for Lambda: the same answers as `aside serve`, invalidations, freezes, and what keeps it from starting."""

import json
import unittest
from pathlib import Path

from aside import BINARY, OBJECTS, environment, eventually, run
from lambda_environment_test import Environments
from lambda_events import SENDERS, HttpAnswer, event
from lambda_tool import LambdaTool

# Of a connection, or of the moment: not of the answer.
OWN = {"connection", "date", "content-length", "keep-alive", "age", "cache-status"}
READS = [
    ("GET", "/items/all", None, {}),
    ("GET", "/items/none", None, {}),
    ("GET", "/items/nobody", None, {}),
    ("GET", "/items/broken", None, {}),
    ("GET", "/objects/a", None, {}),
    ("GET", "/objects/c/d%20e", None, {}),
    ("GET", "/objects/a?version=7", None, {}),
    ("HEAD", "/items/all", None, {}),
    ("POST", "/items:batch", json.dumps({"ids": ["one", "nobody", "none"]}), {"content-type": "application/json"}),
    ("POST", "/items:batch", "{", {"content-type": "application/json"}),
    ("PUT", "/items/all", "[]", {}),
    ("GET", "/elsewhere", None, {}),
]


class Functions(Environments):
    def lambda_function(self, url: str, *command: str, variables: dict[str, str] | None = None, **options: object) -> LambdaTool:
        given = {"ASIDE_INDEX_URL": url, "ASIDE_OBJECTS_URL": url} | (variables or {})
        return self.function(given, list(command) or [BINARY, "lambda"], handler=options.pop("handler", "serve"), **options)

    def ask(self, function: LambdaTool, sender: str, method: str, target: str, body: str | None = None,
            headers: dict[str, str] | None = None) -> HttpAnswer:
        return HttpAnswer(function.invoke(event(sender, method, target, body, headers)).value)


class Answers(Functions):
    def test_the_four_senders_get_what_the_http_front_says(self) -> None:
        url = self.import_small()
        server = self.serve(url)
        function = self.lambda_function(url)
        for method, target, body, headers in READS:
            server.ask(method, target, body, headers)  # so that both answer from memory
            there = server.ask(method, target, body, headers)
            wanted = {name.lower(): value for name, value in there.headers.items()}
            for sender in SENDERS:
                with self.subTest(method=method, target=target, sender=sender):
                    here = self.ask(function, sender, method, target, body, headers)
                    self.assertEqual(here.status, there.status)
                    self.assertEqual(here.body, there.body)
                    self.assertEqual({n: v for n, v in here.headers.items() if n not in OWN}, {n: v for n, v in wanted.items() if n not in OWN})

    def test_conditions_hold(self) -> None:
        function = self.lambda_function(self.import_small())
        first = self.ask(function, "function_url", "GET", "/items/all")
        again = self.ask(function, "function_url", "GET", "/items/all", headers={"If-None-Match": first.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_memory_lives_from_one_invocation_to_the_next_and_through_a_freeze(self) -> None:
        function = self.lambda_function(self.import_small(), variables={"ASIDE_L1_FRESH": "1h", "ASIDE_INDEX_FRESH": "1h"})
        self.assertIn("fwd", self.ask(function, "http_api", "GET", "/items/all").headers["cache-status"])
        self.assertTrue(function.environments[0]["frozen"])
        self.assertIn("hit", self.ask(function, "http_api", "GET", "/items/all").headers["cache-status"])

    def test_an_answer_over_a_senders_limit_is_a_502(self) -> None:
        url = self.import_small(bodies={"large": "x" * (2 << 20)}, items={"large": ["large"]})
        function = self.lambda_function(url)
        refused = self.ask(function, "load_balancer", "GET", "/items/large")
        self.assertEqual((refused.status, refused.headers["content-type"]), (502, "application/problem+json"))
        self.assertEqual(self.ask(function, "http_api", "GET", "/items/large").status, 200)

    def test_a_path_prefix_is_taken_off(self) -> None:
        function = self.lambda_function(self.import_small(), variables={"ASIDE_LAMBDA_PATH_PREFIX": "/shop"})
        self.assertEqual(self.ask(function, "http_api", "GET", "/shop/items/one").json["values"], [OBJECTS["a"]])
        self.assertEqual(self.ask(function, "http_api", "GET", "/items/one").status, 200, "at its own address it is not there")

    def test_metrics_are_lines_of_json_when_they_are_wanted(self) -> None:
        function = self.lambda_function(self.import_small(), variables={"ASIDE_LAMBDA_METRICS_INVOCATIONS": "2", "ASIDE_INDEX_FRESH": "1h"})
        for _ in range(4):
            self.ask(function, "http_api", "GET", "/items/one")
        lines = [json.loads(line) for line in self.output.read_text(encoding="utf-8").splitlines() if line.startswith('{"_aws"')]
        self.assertEqual([line["Invocations"] for line in lines], [2, 2])
        self.assertEqual(lines[0]["OriginLoads"], 2)
        self.assertEqual(lines[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"], [["FunctionName"]])

    def test_a_configuration_lies_in_the_package(self) -> None:
        url = self.import_small()
        self.write("aside.toml", f'[index]\nurl = "{url}"\n[objects]\nurl = "{url}"\n[http]\nmax_age = "7s"\n')
        function = self.function({}, [BINARY, "lambda"], handler="serve", directory=self.folder)
        self.assertIn("max-age=7,", self.ask(function, "http_api", "GET", "/items/one").headers["cache-control"])

    def test_called_bootstrap_it_needs_no_argument(self) -> None:
        link = self.folder / "bootstrap"
        link.symlink_to(Path(BINARY).resolve())
        function = self.lambda_function(self.import_small(), str(link))
        self.assertEqual(self.ask(function, "http_api", "GET", "/items/one").json["values"], [OBJECTS["a"]])


class Changes(Functions):
    def test_streams_and_notifications_are_taken_and_others_are_not(self) -> None:
        function = self.lambda_function(self.import_small(), handler="invalidate")
        records = [{"eventSource": "aws:dynamodb", "eventName": "MODIFY", "dynamodb": {"Keys": {"id": {"S": "one"}}, "SequenceNumber": "1"}}]
        self.assertEqual(function.invoke({"Records": records}).value, {"batchItemFailures": []})
        report = function.invoke(event("http_api", "GET", "/items/one"))
        self.assertEqual((report.error["type"], json.loads(report.error["payload"])["errorType"]), ("Function.BadEvent",) * 2)
        self.assertEqual(report.aftermath, "ready")


class Starts(Functions):
    def init_error(self, variables: dict[str, str], handler: str = "serve") -> dict[str, str]:
        function = self.function(variables, [BINARY, "lambda"], handler=handler)
        error = function.invoke(event("http_api", "GET", "/items/one")).error
        self.assertIsNotNone(error)
        return error

    def test_what_is_wrong_is_told_to_lambda(self) -> None:
        error = self.init_error({"ASIDE_INDEX_URL": "sqlite:x"})
        self.assertIn("objects.url", error["message"])
        self.assertEqual(error["type"], "Function.BadConfiguration")
        error = self.init_error({"ASIDE_HTTP_MAX_AGES": "3s"})
        self.assertIn("ASIDE_HTTP_MAX_AGES", error["message"])
        error = self.init_error({}, handler="index.handler")
        self.assertIn("'index.handler'", error["message"])

    def test_outside_of_lambda_it_says_so(self) -> None:
        done = run("lambda", env=environment())
        self.assertEqual(done.returncode, 2)
        self.assertIn("AWS_LAMBDA_RUNTIME_API is not set", done.stderr)

    def test_it_ends_with_its_runtime_api(self) -> None:
        function = self.lambda_function(self.import_small())
        self.ask(function, "http_api", "GET", "/items/one")
        self.assertEqual(function.state["cold_starts"], 1)
        function.kill(0)
        eventually(lambda: function.environments[0]["state"] == "empty", "its end is seen")
        self.assertEqual(self.ask(function, "http_api", "GET", "/items/one").status, 200)
        self.assertEqual(function.environments[0]["starts"], 2)


if __name__ == "__main__":
    unittest.main()
