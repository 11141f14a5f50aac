"""The stand-in for Lambda: execution environments of a function that behaves, and of one that lies."""

import os
import signal
import threading
import time
import unittest
from pathlib import Path

from aside import Folder, eventually
from lambda_tool import FUNCTION, LambdaTool, Report

ROOMY = 60_000  # ms that a busy machine may take where the time is not what is tried


def process_state(pid: int) -> str:
    """'T' stopped, 'S' asleep, '' when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][0]
    except FileNotFoundError:
        return ""


class Environments(Folder):
    """A test with functions."""

    def function(self, variables: dict[str, str] | None = None, command: list[str] | None = None, **options: object) -> LambdaTool:
        self.output = self.folder / "output"
        given = {"timeout_ms": ROOMY, "init_limit_ms": ROOMY, "output": self.output} | options
        tool = LambdaTool(command or FUNCTION, variables, **given)
        self.addCleanup(tool.stop)
        return tool

    def at_once(self, function: LambdaTool, event: dict, count: int) -> list[Report]:
        reports: list[Report] = []
        threads = [threading.Thread(target=lambda: reports.append(function.invoke(event))) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return reports


class Life(Environments):
    def test_the_first_invocation_is_cold_and_the_next_ones_are_not(self) -> None:
        function = self.function()
        first = function.do("echo", say="ä")
        self.assertTrue(first.cold)
        self.assertFalse(first.suppressed_init)
        self.assertGreater(first.init_ms, 0)
        self.assertEqual((first.value["seen"], first.value["event"]), (1, "ä"))
        second = function.do("echo")
        self.assertEqual((second.cold, second.init_ms, second.value["seen"]), (False, None, 2))
        self.assertEqual(second.value["pid"], first.value["pid"])
        self.assertNotEqual(second.request_id, first.request_id)
        self.assertEqual(function.state["cold_starts"], 1)

    def test_what_an_invocation_is_told(self) -> None:
        function = self.function(timeout_ms=30_000)
        before = time.time()
        report = function.invoke({"do": "echo"}, trace_id="Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1")
        fields = report.value["fields"]
        self.assertEqual(fields["lambda-runtime-aws-request-id"], report.request_id)
        self.assertEqual(fields["lambda-runtime-trace-id"], "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1")
        self.assertEqual(fields["lambda-runtime-invoked-function-arn"], "arn:aws:lambda:us-east-1:123456789012:function:aside")
        self.assertAlmostEqual(int(fields["lambda-runtime-deadline-ms"]) / 1000, before + 30, delta=20)
        self.assertRegex(function.do("echo").value["fields"]["lambda-runtime-trace-id"], "^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$")

    def test_the_process_has_lambdas_variables_and_no_others(self) -> None:
        function = self.function({"ASIDE_L2": "redis://x", "TZ": "Europe/Berlin"}, memory=512, name="items", region="eu-west-1",
                                 directory=self.folder)
        told = function.do("environment").value
        variables = told["variables"]
        self.assertEqual(told["directory"], str(self.folder))
        self.assertEqual(variables["LAMBDA_TASK_ROOT"], str(self.folder))
        self.assertEqual(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "512")
        self.assertEqual((variables["AWS_LAMBDA_FUNCTION_NAME"], variables["AWS_REGION"]), ("items", "eu-west-1"))
        self.assertEqual((variables["ASIDE_L2"], variables["TZ"]), ("redis://x", "Europe/Berlin"))
        for name in ("HOME", "ASIDE_BIN", "_X_AMZN_TRACE_ID", "AWS_EXECUTION_ENV"):
            self.assertNotIn(name, variables)

    def test_each_environment_serves_one_at_a_time_and_the_limit_holds(self) -> None:
        function = self.function(environments=2)
        reports = self.at_once(function, {"do": "late", "seconds": 1}, 2)
        self.assertEqual({report.environment for report in reports}, {0, 1})
        busy = threading.Thread(target=self.at_once, args=(function, {"do": "late", "seconds": 1}, 2))
        busy.start()
        eventually(lambda: [one["state"] for one in function.environments] == ["busy", "busy"], "both are busy")
        self.assertEqual(function.post({"do": "echo"})[0], 429)
        busy.join()
        self.assertEqual((function.state["throttles"], function.state["cold_starts"]), (1, 2))

    def test_an_event_over_six_megabytes_is_refused(self) -> None:
        function = self.function()
        self.assertEqual(function.post("a" * (7 << 20))[0], 413)
        self.assertEqual(function.environments, [])
        self.assertEqual(function.do("measure", say="a" * (6 << 20)).value, 6 << 20)

    def test_environments_that_were_started_ahead_are_warm(self) -> None:
        function = self.function(environments=3)
        self.assertEqual(function.provision(3), 3)
        self.assertEqual([one["state"] for one in function.environments], ["idle"] * 3)
        self.assertFalse(any(report.cold for report in self.at_once(function, {"do": "late", "seconds": 0.1}, 3)))

    def test_nothing_of_it_is_left_when_the_tool_is_killed(self) -> None:
        tool = LambdaTool(FUNCTION, init_limit_ms=ROOMY, timeout_ms=ROOMY)
        tool.provision(2)
        pids = [one["pid"] for one in tool.environments]
        tool.process.kill()
        tool.process.communicate()
        eventually(lambda: all(process_state(pid) in ("", "Z") for pid in pids), "its functions end")


class Freezing(Environments):
    def test_frozen_when_idle_and_thawed_by_the_next_invocation(self) -> None:
        function = self.function()
        pid = function.do("echo").value["pid"]
        eventually(lambda: process_state(pid) == "T", "it is stopped")
        self.assertTrue(function.environments[0]["frozen"])
        self.assertEqual(function.do("echo").value["pid"], pid)
        eventually(lambda: process_state(pid) == "T", "it is stopped again")

    def test_not_before_the_next_next(self) -> None:
        function = self.function()
        report = function.do("linger", seconds=0.5)
        self.assertEqual(report.value, "answered")
        self.assertGreaterEqual(report.completed_ms - report.duration_ms, 500)

    def test_frozen_after_an_init_ahead(self) -> None:
        function = self.function()
        function.provision(1)
        pid = function.environments[0]["pid"]
        eventually(lambda: process_state(pid) == "T", "it is stopped")
        self.assertEqual(function.do("echo").value["pid"], pid)

    def test_on_order(self) -> None:
        function = self.function(freeze="on_order")
        pid = function.do("echo").value["pid"]
        self.assertFalse(function.environments[0]["frozen"])
        self.assertEqual(function.freeze(), 1)
        eventually(lambda: process_state(pid) == "T", "it is stopped")
        self.assertEqual(function.thaw(), 1)
        eventually(lambda: process_state(pid) != "T", "it goes on")
        self.assertEqual(function.thaw(), 0)
        self.assertEqual(function.order("/freezing/always"), 1)
        function.do("echo")
        eventually(lambda: process_state(pid) == "T", "it is stopped as Lambda does")

    def test_never(self) -> None:
        function = self.function(freeze="never")
        pid = function.do("echo").value["pid"]
        self.assertFalse(function.environments[0]["frozen"])
        self.assertNotEqual(process_state(pid), "T")

    def test_taken_away_while_frozen(self) -> None:
        function = self.function()
        pid = function.do("echo").value["pid"]
        self.assertEqual(function.retire(), 1)
        eventually(lambda: function.environments[0]["state"] == "retired", "it is gone")
        self.assertEqual(process_state(pid), "")
        report = function.do("echo")
        self.assertEqual((report.environment, report.cold, report.suppressed_init), (1, True, False))


class Failures(Environments):
    def test_not_answered_in_time(self) -> None:
        function = self.function(timeout_ms=1500)
        pid = function.do("echo").value["pid"]
        report = function.do("hang")
        self.assertEqual((report.aftermath, report.error["type"]), ("timed_out", "Sandbox.Timedout"))
        self.assertEqual(report.error["message"], f"RequestId: {report.request_id} Error: Task timed out after 1.50 seconds")
        self.assertGreaterEqual(report.duration_ms, 1500)
        self.assertEqual(process_state(pid), "")

    def test_after_a_failure_the_next_invocation_starts_a_process_within_its_timeout(self) -> None:
        function = self.function()
        first = function.do("echo").value["pid"]
        self.assertEqual(function.do("leave", code=3).error["message"].partition(" Error: ")[2], "Runtime exited with error: exit status 3")
        report = function.do("echo")
        self.assertEqual((report.environment, report.cold, report.suppressed_init), (0, True, True))
        self.assertNotEqual(report.value["pid"], first)
        self.assertGreaterEqual(report.duration_ms, report.init_ms)

    def test_an_exit_without_a_reason(self) -> None:
        report = self.function().do("leave", code=0)
        self.assertEqual((report.error["type"], report.aftermath), ("Runtime.ExitError", "exited"))
        self.assertIn("Runtime exited without providing a reason", report.error["message"])

    def test_an_answer_just_before_an_exit_counts(self) -> None:
        report = self.function().do("answer_and_leave", code=1)
        self.assertEqual((report.value, report.aftermath), ("farewell", "exited"))

    def test_killed_in_an_invocation_and_while_idle(self) -> None:
        function = self.function()
        reports: list[Report] = []
        busy = threading.Thread(target=lambda: reports.append(function.do("hang")))
        busy.start()
        eventually(lambda: [one["state"] for one in function.environments] == ["busy"], "it is busy")
        self.assertEqual(function.kill(0), 1)
        busy.join()
        self.assertIn("signal: killed", reports[0].error["message"])
        function.do("echo")
        self.assertEqual(function.kill(0), 1)
        eventually(lambda: function.environments[0]["state"] == "empty", "the end is seen")
        self.assertEqual(function.kill(0), 0)
        self.assertTrue(function.do("echo").cold)

    def test_a_function_tells_its_errors(self) -> None:
        function = self.function()
        report = function.do("error", message="no such item", type="Function.NoSuchItem")
        self.assertEqual((report.error["type"], report.error["message"], report.aftermath), ("Function.NoSuchItem", "no such item", "ready"))
        self.assertFalse(function.do("echo").cold)
        self.assertEqual(function.state["errors"], 1)

    def test_working_on_past_the_deadline_ends_it_though_it_has_answered(self) -> None:
        report = self.function(timeout_ms=2000).do("linger", seconds=100)
        self.assertEqual((report.value, report.aftermath), ("answered", "timed_out"))


class Init(Environments):
    def test_an_init_that_fails_is_tried_again_in_the_invocation(self) -> None:
        report = self.function({"INIT": "exit:2"}).do("echo")
        self.assertEqual((report.error["type"], report.suppressed_init, report.init_ms), ("Runtime.ExitError", True, None))
        self.assertIn("exit status 2", report.error["message"])

    def test_the_second_try_may_succeed(self) -> None:
        mark = self.folder / "was here"
        script = f'[ -e "{mark}" ] || {{ : > "{mark}"; exec sleep 1000; }}; exec "$@"'
        function = self.function(command=["/bin/sh", "-c", script, "sh", *FUNCTION], init_limit_ms=2000)
        report = function.do("echo")
        self.assertEqual((report.cold, report.suppressed_init, report.value["seen"]), (True, True, 1))
        self.assertEqual(function.environments[0]["starts"], 2)

    def test_an_init_error_is_what_the_caller_gets(self) -> None:
        report = self.function({"INIT": "error"}).do("echo")
        self.assertEqual((report.error["type"], report.error["message"]), ("Function.NoSuchTable", "no such table"))

    def test_an_init_that_never_ends(self) -> None:
        report = self.function({"INIT": "hang"}, init_limit_ms=500, timeout_ms=700).do("echo")
        self.assertEqual((report.error["type"], report.suppressed_init), ("Sandbox.Timedout", True))

    def test_an_init_ahead_that_fails(self) -> None:
        function = self.function({"INIT": "exit:2"})
        self.assertEqual(function.call("POST", "/provision/2")[0], 503)
        self.assertEqual([one["state"] for one in function.environments], ["empty"] * 2)
        self.assertTrue(function.do("echo").suppressed_init)

    def test_no_such_program(self) -> None:
        report = self.function(command=["/nowhere/bootstrap"]).do("echo")
        self.assertEqual(report.error["type"], "Runtime.InvalidEntrypoint")
        self.assertIn("/nowhere/bootstrap", report.error["message"])


class Lies(Environments):
    def test_a_wrong_id_is_refused(self) -> None:
        self.assertEqual(self.function().do("wrong_id").value, {"refused": 400})

    def test_a_second_answer_is_refused(self) -> None:
        self.assertEqual(self.function().do("twice").value, "once")
        self.assertEqual(self.output.read_text(encoding="ascii"), "again: 403\n")

    def test_a_next_before_the_answer_gets_the_same_event(self) -> None:
        self.assertEqual(self.function().do("next_again").value, {"same": True})

    def test_of_two_nexts_at_once_one_waits_for_the_event_after(self) -> None:
        function = self.function(freeze="never")
        self.assertEqual(function.do("two_nexts").value, "answered")
        eventually(lambda: self.output.read_text(encoding="ascii") == "both asked\n", "both have asked")
        function.environments  # what they sent has been read once this is answered
        self.assertEqual(function.do("echo").value, {"status": 200, "also": False})
        report = function.do("echo")
        self.assertEqual((report.value, report.aftermath), ("from the other", "exited"))

    def test_half_an_answer_is_none(self) -> None:
        function = self.function()
        self.assertEqual(function.do("half").error["type"], "Runtime.TruncatedResponse")
        self.assertEqual(self.output.read_text(encoding="ascii"), "whole: 403\n")
        self.assertFalse(function.do("echo").cold)

    def test_an_answer_over_six_megabytes(self) -> None:
        function = self.function()
        report = function.do("large")
        self.assertEqual(report.error["type"], "Function.ResponseSizeTooLarge")
        self.assertEqual(self.output.read_text(encoding="ascii"), "large: 413\n")
        self.assertFalse(function.do("echo").cold)

    def test_an_answer_that_is_no_text_is_passed_on(self) -> None:
        self.assertEqual(self.function().do("no_text").answer, "\ufffd\0 no JSON")

    def test_an_answer_after_the_deadline_reaches_nobody(self) -> None:
        report = self.function(timeout_ms=1500).do("late", seconds=100)
        self.assertEqual((report.answer, report.error["type"]), (None, "Sandbox.Timedout"))


class Control(Environments):
    def test_calls_that_are_none(self) -> None:
        function = self.function()
        for method, path in (("GET", "/"), ("POST", "/nothing"), ("POST", "/kill/7"), ("POST", "/kill/x"), ("POST", "/freezing/sometimes"),
                             ("POST", "/provision/many"), ("DELETE", "/environments")):
            with self.subTest(path=path):
                self.assertEqual(function.call(method, path)[0], 404)
        self.assertEqual(function.environments, [])

    def test_it_ends_with_environments_in_every_state(self) -> None:
        function = LambdaTool(FUNCTION, environments=3, timeout_ms=ROOMY, init_limit_ms=ROOMY)
        function.do("echo")
        lost = threading.Thread(target=lambda: function.post({"do": "hang"}))
        lost.start()
        eventually(lambda: function.environments[0]["state"] == "busy", "it is busy")
        pid = function.environments[0]["pid"]
        function.process.send_signal(signal.SIGINT)
        function.process.communicate(timeout=20)
        lost.join()
        self.assertEqual(function.process.returncode, 0)
        self.assertFalse(os.path.exists(f"/proc/{pid}"))


if __name__ == "__main__":
    unittest.main()
