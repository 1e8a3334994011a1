"""Every step from every state by everybody: what is possible, whose it is, and what is kept."""

from dataclasses import replace
from itertools import product
from threading import Barrier, Thread

import pytest

from app.records.waivers.waiver_requests import WaiverRequest
from app.waivers.desk import NOTHING, Desk, Overtaken, Taker, Taking, UnknownRequest
from app.waivers.states import CORRECT, LEADING, STEPS, NotPossible, State, possible
from app.waivers.who_may import SERVICE, NotTheirs
from tests.waivers.conftest import (
    CARRIER,
    CHIEF,
    NOW,
    REVIEWER,
    SECOND,
    WORKER,
    received,
    somebody,
    taker,
)

ELSEWHERE = taker(somebody("elsewhere", "eligibility_worker", "office-2"))
AUDITOR = taker(somebody("auditor", "auditor"))
INSIDER = taker(somebody("insider", "supervisor", "carrier-1"))
"""Somebody who may write requests, at the carrier that this one names."""
WHO = {
    "worker": WORKER,
    "reviewer": REVIEWER,
    "second": SECOND,
    "chief": CHIEF,
    "carrier": CARRIER,
    "insider": INSIDER,
    "auditor": AUDITOR,
    "service": taker(SERVICE),
}
OFFICE = {"reviewer", "second", "chief", "service"}
MAY = {
    "ask-for-missing": OFFICE,
    "complete": {"worker", "reviewer", "second", "chief"},
    "claim": OFFICE,
    "recuse": OFFICE,
    "release": {"reviewer", "chief"},
    "reassign": {"chief"},
    "grant": {"reviewer"},
    "deny": {"reviewer"},
    "return": {"reviewer"},
    "not-needed": {"reviewer"},
    "withdraw": {"worker", "reviewer", "second", "chief"},
    "add-paper": {"worker", "reviewer", "second", "chief"},
    "approval-received": {"worker", "reviewer", "second", "chief", "carrier", "insider"},
    "carrier-told": {"worker", "reviewer", "second", "chief", "carrier", "insider"},
    "not-told-in-time": {"service"},
}
"""Who may take each step of a request that the worker entered and the reviewer claimed."""


def claimed_by(reviewer: Taker) -> Taking:
    return Taking(effect=lambda it: replace(it, claimed_by=reviewer.principal.actor))


def brought_to(desk: Desk, state: State) -> WaiverRequest:
    """A request of the worker's in some state, claimed by the reviewer where somebody did."""
    request = received(desk)

    def then(step: str, by: Taker, taking: Taking = NOTHING) -> None:
        nonlocal request
        request = desk.take(request.id, step, by, request.version, NOW, taking)

    if state is State.INCOMPLETE:
        then("ask-for-missing", REVIEWER)
    elif state is State.WITHDRAWN:
        then("withdraw", WORKER)
    elif state is not State.RECEIVED:
        then("claim", REVIEWER, claimed_by(REVIEWER))
        by_outcome = {STEPS[it].to: it for it in ("grant", "deny", "return", "not-needed")}
        if state in by_outcome:
            then(by_outcome[state], REVIEWER)
    assert request.state == state
    return request


@pytest.mark.parametrize("state", list(State))
def test_each_step_leads_only_from_where_the_table_says(desk: Desk, state: State) -> None:
    request = brought_to(desk, state)
    for name in sorted(set(LEADING) - set(possible(state))):
        with pytest.raises(NotPossible) as refused:
            desk.take(request.id, name, CHIEF, request.version, NOW)
        assert refused.value.possible == possible(state)
    assert desk.find(request.id, CHIEF.principal) == request


@pytest.mark.parametrize("state", list(State))
def test_each_step_is_taken_by_those_who_may(desk: Desk, state: State) -> None:
    for name, (who, by) in product(set(possible(state)) - {CORRECT.name}, WHO.items()):
        request = brought_to(desk, state)
        if who in MAY[name]:
            after = desk.take(request.id, name, by, request.version, NOW)
            assert after.state == (STEPS[name].to or state)
            assert after.version == request.version + 1
            assert desk.requests.steps(request.id)[-1].actor == by.principal.actor
        else:
            with pytest.raises(NotTheirs):
                desk.take(request.id, name, by, request.version, NOW)
            assert desk.find(request.id, CHIEF.principal) == request


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_request_of_another_office_does_not_exist(desk: Desk, step: str) -> None:
    request = received(desk)

    with pytest.raises(UnknownRequest):
        desk.take(request.id, step, ELSEWHERE, None, NOW)


def test_whoever_entered_a_request_does_not_review_it(desk: Desk) -> None:
    paper = received(desk, REVIEWER)

    with pytest.raises(NotTheirs):
        desk.take(paper.id, "claim", REVIEWER, 1, NOW)
    assert desk.take(paper.id, "claim", SECOND, 1, NOW, claimed_by(SECOND)).version == 2


def test_whoever_read_an_older_version_learns_who_took_which_step(desk: Desk) -> None:
    request = received(desk)
    desk.take(request.id, "claim", SECOND, 1, NOW, claimed_by(SECOND))

    with pytest.raises(Overtaken) as overtaken:
        desk.take(request.id, "claim", REVIEWER, 1, NOW, claimed_by(REVIEWER))
    last = overtaken.value.last
    assert (last.step, last.actor, last.at) == ("claim", SECOND.principal.actor, NOW)


def race(desk: Desk, id: str) -> tuple[list[str], list[str]]:
    """Two reviewers who claim a request at the same moment: who got it, and who did not."""
    ready, won, lost = Barrier(2), list[str](), list[str]()

    def claim(by: Taker) -> None:
        ready.wait()
        try:
            desk.take(id, "claim", by, 1, NOW, claimed_by(by))
            won.append(by.principal.actor)
        except (Overtaken, NotPossible):
            lost.append(by.principal.actor)

    racers = [Thread(target=claim, args=(by,)) for by in (REVIEWER, SECOND)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    return won, lost


def test_of_two_reviewers_at_once_one_claims(desk: Desk) -> None:
    for _ in range(50):
        request = received(desk)
        won, lost = race(desk, request.id)
        after = desk.find(request.id, CHIEF.principal)
        assert ([after.claimed_by], len(lost), after.version) == (won, 1, 2)
        assert [step.step for step in desk.requests.steps(request.id)] == ["receive", "claim"]
