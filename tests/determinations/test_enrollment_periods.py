"""Whom a period lets in, and that no answer offers a period of superseded law: random people."""

import re
from datetime import date, timedelta

from hypothesis import given, note, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.spans import Span
from tests.determinations.test_calendar import ORDINARY

QUESTION = "enrollment.permitted"
DESIGNATIONS_BEGIN = date(2013, 10, 1)
YEARLY_PERIOD = re.compile(r"July 1(, \d{4})? through August 15")


def stranger(data: st.DataObject, day: date) -> dict[str, object]:
    """Somebody to whom nothing happened, so that only periods can let them in."""
    return {
        **ORDINARY,
        "enrollment.requested_on": day,
        "enrollment.channel": data.draw(st.sampled_from(("carrier", "connector"))),
        "tribe.member": False,
        "extension.uninsured": data.draw(st.booleans()),
        "extension.connector_member": False,
        "extension.subsidized": data.draw(st.booleans()),
        "extension.blocked": data.draw(st.booleans()),
        "bridge.renews": False,
    }


def is_one_of_them(facts: dict[str, object], day: date) -> bool:
    """Whether the sources name such a person for a day of a limited period."""
    at_connector = facts["enrollment.channel"] == "connector"
    if day.year == 2014:
        if facts["extension.subsidized"]:
            return at_connector
        return bool(facts["extension.blocked"])
    is_new = at_connector and not facts["extension.connector_member"] and day < date(2020, 6, 24)
    return bool(facts["extension.uninsured"]) or is_new


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_limited_period_lets_in_only_its_people(decider: Decider, data: st.DataObject) -> None:
    periods = [
        p
        for c in decider.lawbook.edition("current").series["open-enrollment"].calendars
        if c.calendar.kind == "limited"
        for p in c.periods
    ]
    period = data.draw(st.sampled_from(periods))
    day = period.first + timedelta(data.draw(st.integers(0, (period.last - period.first).days)))
    facts = stranger(data, day)
    if not facts["extension.uninsured"]:
        facts["extension.connector_member"] = data.draw(st.booleans())
    case = Case(QUESTION, facts, day, "current")
    note(str(case))

    decided = decider.decide(case)

    assert ("eligible" if is_one_of_them(facts, day) else "ineligible") == decided.outcome


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_the_current_law_offers_no_period_of_the_superseded_yearly_law(
    decider: Decider, data: st.DataObject
) -> None:
    last = decider.lawbook.editions["current"].checked_through
    assert last is not None
    day = data.draw(st.dates(DESIGNATIONS_BEGIN, last))
    decided = decider.decide(Case(QUESTION, stranger(data, day), day, "current"))

    said = " ".join((decided.says, *decided.cautions, *(s.says for s in decided.next_steps)))
    offered = decided.concludes.get("enrollment.next_open_period")

    assert not YEARLY_PERIOD.search(said), said
    assert not isinstance(offered, Span) or offered.first.month >= 10
