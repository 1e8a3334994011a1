"""Applications for the benches: as many different ones as wanted, none of them twice."""

import json
import random
from datetime import date, timedelta
from typing import Any

QUESTION = "enrollment.permitted"
EDITION = "chapter-288"
SEED = 288
LEFT_OUT = 0.1
EVENTS = ("none", "marriage", "new_child", "loss_of_coverage", "moved", "aged_off")
Facts = dict[str, Any]


class Applications:
    """Applications of 2011 to 2013, some facts left out as applicants do.

    The same ones in every run, and within a run none comes a second time.
    """

    def __init__(self, seed: int = SEED) -> None:
        self._chance = random.Random(seed)
        self._given: set[bytes] = set()

    def bodies(self, count: int) -> list[bytes]:
        """The next ones, as bodies of requests."""
        made: list[bytes] = []
        while len(made) < count:
            asked = {"question": QUESTION, "edition": EDITION, "facts": nested(self._facts())}
            body = json.dumps(asked).encode()
            if body not in self._given:
                self._given.add(body)
                made.append(body)
        return made

    def _facts(self) -> Facts:
        chance = self._chance
        requested_on = date(2011, 1, 1) + timedelta(days=chance.randrange(1096))
        facts: Facts = {
            "applicant.resident": chance.random() < 0.95,
            "applicant.has_medicare": chance.random() < 0.05,
            "employer_plan.available": chance.random() < 0.1,
            "employer_plan.eligible": chance.random() < 0.5,
            "employer_plan.minimum_creditable": chance.random() < 0.5,
            "enrollment.product": "individual_plan" if chance.random() < 0.9 else "dental_plan",
            "enrollment.channel": chance.choice(["carrier", "connector"]),
            "waiver.granted": chance.random() < 0.1,
        }
        if chance.random() < 0.4:
            facts |= {
                "event.kind": chance.choice(EVENTS[1:]),
                "event.occurred_on": self._before(requested_on),
            }
        else:
            facts["event.kind"] = EVENTS[0]
        if chance.random() < 0.4:
            facts |= {
                "prior_coverage.ended": True,
                "prior_coverage.creditable": chance.random() < 0.9,
                "prior_coverage.end_reason": "lost",
                "prior_coverage.ended_on": self._before(requested_on),
            }
        else:
            facts["prior_coverage.ended"] = False
        stated = {name: value for name, value in facts.items() if chance.random() >= LEFT_OUT}
        return stated | {"enrollment.requested_on": requested_on.isoformat()}

    def _before(self, day: date) -> str:
        return (day - timedelta(days=self._chance.randrange(120))).isoformat()


def nested(facts: Facts) -> Facts:
    """Facts by dotted name as nested objects."""
    found: Facts = {}
    for name, value in facts.items():
        subject, attribute = name.split(".")
        found.setdefault(subject, {})[attribute] = value
    return found
