"""What docs/operating.md gives to copy: its policies are JSON, and what its alarms and tables count is counted."""

import json
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
ALARMS = (ROOT / "examples/alarms.yml").read_text(encoding="utf-8")
LABEL = re.compile(r'(\w+)=~?"([^"]*)"')


def sources() -> str:
    files = (f for f in (ROOT / "src").rglob("*.cpp") if not f.stem.endswith(("_test", "_fuzz", "_bench")))
    return "\n".join(f.read_text(encoding="utf-8") for f in files)


class OperatingPage(unittest.TestCase):
    def setUp(self) -> None:
        self.literals = set(re.findall(r'"([a-z0-9_]+)"', sources()))

    def test_its_policies_are_policies(self) -> None:
        policies = [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```", PAGE, re.M | re.S)]
        self.assertEqual(len(policies), 3)
        for policy in policies:
            self.assertEqual(policy["Version"], "2012-10-17")
            for statement in policy["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                for action in actions:
                    self.assertRegex(action, r"^(s3|dynamodb|elasticache):[A-Z][A-Za-z]+$")

    def test_what_page_and_alarms_name_is_counted(self) -> None:
        names = set(re.findall(r"aside_[a-z0-9_]+", PAGE + ALARMS))
        self.assertGreater(len(names), 20)
        for name in names:
            self.assertIn(name.removesuffix("_bucket"), self.literals)

    def test_the_reasons_and_results_that_alarms_ask_for_exist(self) -> None:
        for label, values in LABEL.findall(ALARMS):
            if label == "status":
                continue
            self.assertIn(label, self.literals)
            for value in values.split("|"):
                self.assertIn(value, self.literals)


if __name__ == "__main__":
    unittest.main()
