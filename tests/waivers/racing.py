"""Two reviewers at one request at once, through the desk's own transaction."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from threading import Barrier
from uuid import uuid4

from app import clock
from app.records.waivers.waiver_requests import WaiverRequest
from app.waivers.desk import Desk, Overtaken, Taker, Taking
from app.waivers.states import NotPossible
from app.waivers.who_may import NotTheirs
from tests.waivers.conftest import REVIEWER, SECOND, received

DECISIONS = ("grant", "deny")


@dataclass(frozen=True)
class Raced:
    """What the steps of a request say after a race."""

    claims: int
    decisions: int

    @property
    def is_right(self) -> bool:
        """Whether one reviewer claimed it, and decided it once."""
        return (1, 1) == (self.claims, self.decisions)


def races(desk: Desk, number: int, threads: Executor) -> Iterator[Raced]:
    """So many races, each for a request of its own: both claim it at once, then who won grants and
    denies it at once, from two windows, while the other takes what is open to them.
    """
    for _ in range(number):
        request = received(desk, subject=f"race-{uuid4()}")
        _at_once(
            threads,
            partial(_take, desk, request.id, "claim", REVIEWER, 1),
            partial(_take, desk, request.id, "claim", SECOND, 1),
        )
        claimed = desk.find(request.id, REVIEWER.principal)
        winner = REVIEWER if claimed.claimed_by == REVIEWER.principal.actor else SECOND
        other = SECOND if winner is REVIEWER else REVIEWER
        _at_once(
            threads,
            partial(_take, desk, request.id, "grant", winner, None),
            partial(_take, desk, request.id, "deny", winner, None),
            partial(_take, desk, request.id, "grant", other, None),
        )
        steps = Counter(step.step for step in desk.requests.steps(request.id))
        yield Raced(steps["claim"], sum(steps[name] for name in DECISIONS))


def _at_once(threads: Executor, *takes: Callable[[], bool]) -> None:
    """Begin several at the same moment; some may fail, but not all of them."""
    start = Barrier(len(takes))

    def begin(take: Callable[[], bool]) -> bool:
        start.wait()
        return take()

    assert any(list(threads.map(begin, takes))), "nobody came through"


def _take(desk: Desk, id: str, step: str, by: Taker, version: int | None) -> bool:
    """Whether somebody took a step; another was first where not."""
    taking = Taking()
    if step == "claim":
        actor = by.principal.actor
        taking = Taking(effect=lambda it: _claimed(it, actor))
    try:
        desk.take(id, step, by, version, clock.now(), taking)
    except (Overtaken, NotPossible, NotTheirs):
        return False
    return True


def _claimed(request: WaiverRequest, actor: str) -> WaiverRequest:
    return replace(request, claimed_by=actor)
