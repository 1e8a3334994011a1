"""The figures of the desk: equal to a recount from the steps alone, and safe in a spreadsheet."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.api.http.answered.tables import csv_text, safe_cell
from app.api.http.service import Service
from app.records.errors import RecordDamaged
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.records.waivers.whole_desk import every_request, every_step
from app.waivers.corrections import OTHER
from app.waivers.figures import Figures, Month, figures_of, nearest_rank
from app.waivers.recount import recount
from app.waivers.states import CORRECT, CORRECTED, STEPS, State, after, possible
from tests.api.asking import problem
from tests.callers import client_of
from tests.waivers.asking import DESK, entered, reviewer, step

TODAY = date(2012, 11, 28)
FIRST, LAST = Month(2011, 10), Month(2012, 11)
Story = tuple[WaiverRequest, list[WaiverStep]]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A request and its steps, taken one after another from where each leads."""
    number = draw(st.integers(0, 10**9))
    day = TODAY - timedelta(draw(st.integers(0, 500)))
    received_on = day - timedelta(draw(st.integers(0, 20)))
    due = draw(st.none() | st.integers(-5, 40))
    decide_by = None if due is None else day + timedelta(due)
    state, id = State.RECEIVED, str(number)
    content: dict[str, Any] = {"received_on": received_on.isoformat()}
    if decide_by is not None:
        content["decide_by"] = decide_by.isoformat()
    steps = [_step(id, 1, "receive", state, day, content)]
    for name in _way(draw):
        if name not in possible(state):
            continue
        day = min(TODAY, day + timedelta(draw(st.integers(0, 60))))
        state, content = after(name, state), {}
        if name == "ask-for-missing":
            decide_by = None
        if name == "complete":
            decide_by = day + timedelta(draw(st.integers(0, 40)))
            content = {"decide_by": decide_by.isoformat()}
        if name in ("grant", "deny") and draw(st.booleans()):
            content = {"departs_from": "waivers/one#condition"}
        if name == CORRECT.name:
            name, state = CORRECTED, OTHER[state]
        steps.append(_step(id, len(steps) + 1, name, state, day, content))
    request = WaiverRequest(
        id=id,
        subject="case-1",
        organization="office-1",
        carrier=None,
        denial=None,
        denial_subject=None,
        denial_organization=None,
        state=str(state),
        version=len(steps),
        entered_by="account:worker",
        received_on=received_on,
        changed_at=steps[-1].at,
        decide_by=decide_by,
    )
    return request, steps


def _way(draw: st.DrawFn) -> list[str]:
    """Steps that somebody tries, those to a decision more often than others."""
    ways = [["claim", "grant"], ["claim", "deny", "correct"], ["ask-for-missing", "complete"]]
    names = st.sampled_from(list(STEPS)).map(lambda name: [name])
    drawn = draw(st.lists(st.sampled_from(ways) | names, max_size=5))
    return [name for way in drawn for name in way]


def _step(
    id: str, number: int, name: str, state: State, day: date, content: dict[str, Any]
) -> WaiverStep:
    at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    return WaiverStep(
        f"{id}-{number}", id, number, name, str(state), at, "account:x", None, content
    )


@given(st.lists(stories(), max_size=25, unique_by=lambda story: story[0].id), st.data())
def test_the_figures_equal_a_recount_from_the_steps_alone(
    desk: list[Story], data: st.DataObject
) -> None:
    steps = data.draw(st.permutations([step for _, steps in desk for step in steps]))

    found = figures_of(desk, FIRST, LAST, TODAY)

    assert found == recount(steps, FIRST, LAST, TODAY)
    assert len(desk) - found.open.count == sum(not State(it.state).is_open for it, _ in desk)
    assert found.incomplete.count <= found.open.count == sum(found.open.ages)


def story(received: int, *steps: tuple[str, int], **content: Any) -> Story:
    """A request that came some days ago, with steps some days after it."""
    state, day = State.RECEIVED, TODAY - timedelta(received)
    id = f"{received}-{steps}"
    said = {"received_on": day.isoformat(), **content}
    told = [_step(id, 1, "receive", state, day, said)]
    for name, later in steps:
        state = after(name, state)
        told.append(_step(id, len(told) + 1, name, state, day + timedelta(later), {}))
    due = content.get("decide_by")
    request = WaiverRequest(
        id=id,
        subject="case-1",
        organization=None,
        carrier=None,
        denial=None,
        denial_subject=None,
        denial_organization=None,
        state=str(state),
        version=len(told),
        entered_by="account:worker",
        received_on=day,
        changed_at=told[-1].at,
        decide_by=None if due is None else date.fromisoformat(due),
    )
    return request, told


def figures(*desk: Story) -> Figures:
    return figures_of(desk, LAST, LAST, TODAY)


def test_days_count_from_the_first_receipt_whatever_was_incomplete_between() -> None:
    slow = ("ask-for-missing", 1), ("complete", 16), ("claim", 17), ("grant", 20)
    found = figures(story(22, *slow), story(9, ("claim", 0), ("deny", 5)))

    assert 12.5 == found.months[0].median_days
    assert 20 == found.months[0].ninetieth_days
    assert (1, 1) == (found.months[0].ended["granted"], found.months[0].ended["denied"])


def test_who_withdraws_shortens_no_median() -> None:
    found = figures(story(20, ("withdraw", 0)), story(9, ("claim", 0), ("deny", 5)))

    assert (5.0, 1) == (found.months[0].median_days, found.months[0].ended["withdrawn"])


def test_a_decision_after_the_last_day_is_late() -> None:
    due = str(TODAY - timedelta(5))
    on_time = story(30, ("claim", 0), ("deny", 25), decide_by=due)
    late = story(30, ("claim", 0), ("grant", 26), decide_by=due)
    withdrawn = story(30, ("withdraw", 27), decide_by=due)

    assert 1 == sum(month.late for month in figures(on_time, late, withdrawn).months)


def test_what_is_due_and_not_reached_at_the_present_pace_is_overdue_then() -> None:
    late = [story(n, decide_by=str(TODAY - timedelta(1))) for n in range(40, 43)]
    soon = [story(n, decide_by=str(TODAY + timedelta(5))) for n in range(10, 15)]
    done = [story(n, ("claim", 0), ("deny", 2)) for n in (5, 6)]
    later = story(1, decide_by=str(TODAY + timedelta(14)))

    found = figures(*late, *soon, *done, later)

    assert (3, 9) == (found.overdue, found.open.count)
    assert (TODAY + timedelta(14), 7, 2) == (
        found.forecast.on,
        found.forecast.overdue,
        found.forecast.decided_of_late,
    )
    assert TODAY - timedelta(42) == found.open.oldest_received_on


@pytest.mark.parametrize(
    ("days", "rank"), [([], None), ([4], 4), (list(range(1, 11)), 9), (list(range(1, 12)), 10)]
)
def test_nine_of_ten(days: list[int], rank: int | None) -> None:
    assert rank == nearest_rank(days, 90)


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_becomes_a_formula(begin: str) -> None:
    table = csv_text((f"{begin}1+1",), [(f'{begin}HYPERLINK("x")', None, 5)])

    cells = [cell for row in csv.reader(io.StringIO(table, newline="")) for cell in row]
    assert [f"'{begin}1+1", f'\'{begin}HYPERLINK("x")', "", "5"] == cells
    assert "a=1" == safe_cell("a=1")


def test_an_end_that_no_step_tells_of_is_damage() -> None:
    request, steps = story(9)

    with pytest.raises(RecordDamaged):
        figures((replace(request, state="denied"), steps))


# --- at its address ---


def test_a_request_that_ends_is_counted_at_the_address(app: Flask, client: FlaskClient) -> None:
    office, auditor = reviewer(app), client_of(app, "auditor", None)
    before = office.get(f"{DESK}/figures").get_json()
    request = entered(client, subject="figures-1", received_on=str(clock.today()))
    entered(client, subject="figures-2", papers=[], sworn=None)
    withdrawn = {"said_by": "applicant", "said_on": str(clock.today())}
    assert 200 == step(client, request, "withdraw", **withdrawn).status_code

    found = auditor.get(f"{DESK}/figures").get_json()

    was, now = before["months"][-1], found["months"][-1]
    assert was["received"] + 1 == now["received"]
    assert was["ended"]["withdrawn"] + 1 == now["ended"]["withdrawn"]
    assert before["open"]["count"] + 1 == found["open"]["count"]
    assert 12 == len(found["months"]) and now["month"] == found["to"]
    assert str(found["forecast"]["overdue"]) in found["forecast"]["says"]


def test_the_stored_desk_equals_its_recount(app: Flask, client: FlaskClient) -> None:
    entered(client, subject="figures-3")
    service: Service = app.extensions["eligibility"]
    span = (Month(2012, 1), Month.of(clock.today()), clock.today())

    found = figures_of(every_request(service.store), *span)

    assert found == recount(every_step(service.store), *span)
    assert sum(month.received for month in found.months) >= 1


@pytest.mark.parametrize("by", ["accept", "address"])
def test_the_months_as_a_table(app: Flask, by: str) -> None:
    office = reviewer(app)
    span = "from=2012-02&to=2012-04"
    if by == "accept":
        answer = office.get(f"{DESK}/figures?{span}", headers={"Accept": "text/csv"})
    else:
        answer = office.get(f"{DESK}/figures.csv?{span}")

    assert "text/csv" == answer.mimetype
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert ["2012-02", "2012-03", "2012-04"] == [row["Month"] for row in rows]
    told = office.get(f"{DESK}/figures?{span}").get_json()["months"]
    assert [str(month["received"]) for month in told] == [row["Received"] for row in rows]
    named = ("Returned unreviewed", "Not needed", "Nine of ten within days", "Decided late")
    assert set(named) < set(rows[0])


@pytest.mark.parametrize(
    "query", ["from=2012", "to=2012-13", "from=2012-05&to=2012-04", "from=1999-01", "since=2012-01"]
)
def test_wrong_months_are_refused(app: Flask, query: str) -> None:
    assert (422, "invalid-request") == problem(reviewer(app).get(f"{DESK}/figures?{query}"))
