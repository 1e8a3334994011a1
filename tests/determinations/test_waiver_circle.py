"""Nobody is sent round in a circle: the Office answers that no waiver is needed only on a day on
which the same person may enroll without one.
"""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.facts import Value
from tests.determinations.test_calendar import ORDINARY

NOT_NEEDED = ("waivers/another-way-open", "waivers/open-enrollment", "waivers/extension")
CHANNELS = ("carrier", "connector")
PERSON: dict[str, Value] = {**ORDINARY, "tribe.member": False, "bridge.renews": False}
EVENTS = ("none", "marriage", "new_child", "loss_of_coverage", "moved", "given_up")
days = st.dates(date(2010, 12, 2), date(2026, 4, 30))


@st.composite
def people(draw: st.DrawFn) -> tuple[date, str, dict[str, Value]]:
    """Somebody whose request the Office receives on a day, the day, and the edition."""
    day = draw(days)
    facts = {**PERSON, "event.kind": draw(st.sampled_from(EVENTS))}
    if facts["event.kind"] != "none":
        facts["event.occurred_on"] = day - timedelta(draw(st.integers(-3, 80)))
    facts["prior_coverage.ended"] = draw(st.booleans())
    if facts["prior_coverage.ended"]:
        facts["prior_coverage.ended_on"] = day - timedelta(draw(st.integers(-3, 80)))
        facts["prior_coverage.end_reason"] = draw(st.sampled_from(("lost", "given_up")))
        for kind in ("creditable", "minimum_essential"):
            facts[f"prior_coverage.{kind}"] = draw(st.booleans())
    for name in ("subsidized", "blocked", "uninsured", "connector_member"):
        facts[f"extension.{name}"] = draw(st.booleans())
    return day, draw(st.sampled_from(("chapter-288", "current"))), facts


def decide(
    decider: Decider, question: str, day: date, edition: str, facts: dict[str, Value]
) -> Any:
    known = {fact.name for fact in decider.lawbook.facts_of(question)}
    case = Case(question, {n: v for n, v in facts.items() if n in known}, day, edition)
    return decider.decide(case)


@settings(max_examples=200)
@given(drawn=people(), channel=st.sampled_from(CHANNELS), before=st.integers(0, 20))
def test_a_waiver_is_not_needed_only_where_enrollment_is_open_on_that_day(
    decider: Decider, drawn: tuple[date, str, dict[str, Value]], channel: str, before: int
) -> None:
    day, edition, facts = drawn
    request: dict[str, Value] = {
        **facts,
        "enrollment.channel": channel,
        "enrollment.requested_on": day - timedelta(before),
        "waiver.received_on": day,
        "waiver.denial_received_on": day - timedelta(2),
    }

    asked = decide(decider, "waiver.reviewable", day, edition, request)
    sent_away = [
        reason.provision
        for reason in asked.answer().reasons
        if reason.status == "applies" and reason.provision.startswith(NOT_NEEDED)
    ]

    if sent_away:
        outcomes = {
            decide(
                decider,
                "enrollment.permitted",
                day,
                edition,
                {**facts, "enrollment.channel": way, "enrollment.requested_on": day},
            ).outcome
            for way in CHANNELS
        }
        assert "eligible" in outcomes, sent_away
