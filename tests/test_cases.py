"""Every provision's own cases: its status and each of its conditions, decided by the engine."""

from datetime import date
from typing import Any

import pytest

from app.determinations.case import make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.reasons import values_answer
from app.law.errors import LawNotEncoded
from tests.case_files import CASES, as_sent, load, nested

FILES = sorted(CASES.rglob("*.yaml"))
ALL = [
    (str(f.relative_to(CASES).with_suffix("")), case) for f in FILES for case in load(f)["cases"]
]


def edition_of(decider: Decider, provision: str, case: dict[str, Any]) -> str:
    if "edition" in case:
        return str(case["edition"])
    default = decider.lawbook.default_edition
    return default if provision in decider.lawbook.edition(default).provisions else "current"


@pytest.mark.parametrize(("provision", "case"), ALL, ids=[f"{p}: {c['name']}" for p, c in ALL])
def test_case(decider: Decider, provision: str, case: dict[str, Any]) -> None:
    law = decider.lawbook
    question = law.provisions[provision].answers
    facts = read_facts(law, question, nested(case["given"]))
    edition, expected = edition_of(decider, provision, case), dict(case["expect"])
    asked = make_case(law, question, facts, case["as_of"], edition, today=date(2026, 1, 1))
    status = expected.pop("status")
    if status == "not_encoded":
        with pytest.raises(LawNotEncoded):
            decider.decide(asked)
        return
    if status == "not_in_force":
        span = law.edition(edition).in_force.get(provision)
        assert span is None or case["as_of"] not in span
        assert provision not in decider.decide(asked).law_in_force
        return

    decided = decider.decide(asked)

    reason = next((r for r in decided.reasons if r.provision == provision), None)
    if reason is None:
        assert law.provisions[provision].effect == "cautions"
        assert status in ("does_not_apply", "undetermined")
        return
    found = {f.condition: f.status for f in reason.findings}
    assert {"status": status, **expected} == {
        "status": reason.status,
        **{c: found[c] for c in expected},
    }
    concludes = {**values_answer(decided.concludes), **(reason.concludes or {})}
    for name, value in case.get("concludes", {}).items():
        assert as_sent(value) == concludes.get(name)
