"""An event opens enrollment once it has happened: random events, days and channels."""

from datetime import timedelta

from hypothesis import given, note, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from tests.determinations.any_case import days

HAPPENS = ("marriage", "divorce", "new_child", "subscriber_died", "moved", "released")
LOSSES = ("loss_of_coverage", "aged_off", "left_school", "subsidized_ended")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_nothing_to_come_opens_enrollment(decider: Decider, data: st.DataObject) -> None:
    edition = data.draw(st.sampled_from(sorted(decider.lawbook.editions)))
    day = data.draw(days(decider.lawbook, "enrollment.qualifying_event", edition))
    kind = data.draw(st.sampled_from((*HAPPENS, *LOSSES)))
    ahead = data.draw(st.integers(1, 400))
    facts = {
        "enrollment.requested_on": day,
        "enrollment.channel": data.draw(st.sampled_from(("carrier", "connector"))),
        "event.kind": kind,
        "event.occurred_on": day + timedelta(days=ahead),
    }
    case = Case("enrollment.qualifying_event", facts, day, edition)
    if day < decider.lawbook.question(case.question).encoded_from:
        return
    note(str(case))

    decided = decider.decide(case)

    if kind in HAPPENS or ahead > 63:
        assert "ineligible" == decided.outcome
    elif ahead <= 60:
        assert "eligible" == decided.outcome
