"""Which requests go wrong, and how: rules a test adds to a stub or proxy while it runs."""

import random
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field


@dataclass
class Rule:
    fault: str
    operation: str | None = None  # every one
    times: int | None = None  # for ever
    skip: int = 0  # let so many pass first
    ratio: float = 1.0  # of those that are left
    parameters: dict = field(default_factory=dict)

    def number(self, name: str, otherwise: float) -> float:
        return float(self.parameters.get(name, otherwise))


class Faults:
    """The first rule that fits a request and fires decides. Chance comes from one seed: the same requests meet the same faults."""

    def __init__(self, known: set[str], seed: int = 1) -> None:
        self._known = known
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._fired: Counter[str] = Counter()

    def add(self, fault: str, operation: str | None = None, times: int | None = None, skip: int = 0, ratio: float = 1.0,
            **parameters: object) -> None:
        if fault not in self._known:
            raise ValueError(f"no fault called {fault}; there are {', '.join(sorted(self._known))}")
        with self._lock:
            self._rules.append(Rule(fault, operation, times, skip, ratio, parameters))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def choose(self, operation: str) -> Rule | None:
        with self._lock:
            for rule in self._rules:
                if rule.operation in (None, operation) and self._fires(rule):
                    self._fired[rule.fault] += 1
                    return rule
        return None

    def _fires(self, rule: Rule) -> bool:
        if rule.times == 0:
            return False
        if rule.skip > 0:
            rule.skip -= 1
            return False
        if self._chance.random() >= rule.ratio:
            return False
        if rule.times is not None:
            rule.times -= 1
        return True

    @property
    def fired(self) -> dict[str, int]:
        with self._lock:
            return dict(self._fired)

    def rules(self) -> list[dict]:
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def forget(self) -> None:
        with self._lock:
            self._fired.clear()
