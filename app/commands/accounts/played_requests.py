"""The invented requests of a year at the waiver desk: when each came, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

WORKER, REVIEWER, CHIEF = "eligibility_worker", "opp_reviewer", "opp_supervisor"
YEAR = timedelta(days=364)
SUBJECT = "demo-waiver-{:02}"
ENGLISH = "My employer closed. I learned months later that I was no longer covered."
SPANISH = "Mi empleador cerró. Meses después supe que ya no tenía seguro médico."


@dataclass(frozen=True, slots=True)
class Event:
    """A step some days after the request came; *by* is the role of who takes it."""

    after: int
    step: str
    by: str = REVIEWER
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlayedRequest:
    """One request. Without *papers* it is incomplete when it comes; *choice* stands for a person
    who went without coverage by choice, *near* for one who asked shortly before open enrollment,
    *covered* for one who lost coverage some days before and can enroll without a waiver.
    """

    number: int
    came: date
    events: Sequence[Event]
    papers: bool = True
    choice: bool = False
    near: bool = False
    covered: bool = False

    @property
    def subject(self) -> str:
        """The reference of the person."""
        return SUBJECT.format(self.number)

    def body(self) -> dict[str, Any]:
        """What is sent when it comes."""
        came, before = str(self.came), str(self.came - timedelta(days=6))
        reason = "own_choice" if self.choice else "unaware_of_loss"
        sent: dict[str, Any] = {
            "subject": self.subject,
            "carrier": {"organization": "demonstration-carrier"},
            "denial": {"received_on": before},
            "received_on": came,
            "received_by": ("mail", "fax", "form")[self.number % 3],
            "entered_for": {"who": "applicant"},
            "circumstances": {
                "reason": reason,
                "text": SPANISH if self.number % 3 == 0 else ENGLISH,
            },
            "facts": {
                "waiver": {"coverage_available": "minimum_creditable" if self.choice else "none"}
            },
        }
        if self.papers:
            sent["sworn"] = {"signed_on": str(self.came - timedelta(days=2))}
            sent["papers"] = [{"kind": "denial_notice", "received_on": came}]
        if self.near:
            sent["facts"] = NEAR
        if self.covered:
            ended = {"ended_on": before, "end_reason": "lost", "creditable": True}
            sent["facts"] = {**NEAR, "prior_coverage": {"ended": True, **ended}}
        return sent


NEAR: dict[str, Any] = {
    "applicant": {"resident": True, "has_medicare": False},
    "employer_plan": {"available": False},
    "event": {"kind": "none"},
    "prior_coverage": {"ended": False},
    "waiver": {"group_coverage_sought": False},
}
CLAIM = Event(3, "claim")
PAST: Sequence[tuple[dict[str, bool], Sequence[Event]]] = (
    ({}, (CLAIM, Event(9, "grant"), Event(15, "approval-received"), Event(20, "carrier-told"))),
    ({"choice": True}, (CLAIM, Event(14, "deny"))),
    ({}, (CLAIM, Event(21, "grant"), Event(26, "approval-received"))),
    (
        {"papers": False},
        (
            Event(2, "ask-for-missing"),
            Event(16, "complete", WORKER),
            Event(18, "claim", CHIEF),
            Event(40, "grant", CHIEF),
        ),
    ),
    ({}, (Event(8, "withdraw", WORKER),)),
    ({"covered": True}, (CLAIM, Event(5, "not-needed"))),
    ({"choice": True}, (CLAIM, Event(28, "grant"))),
    (
        {"choice": True},
        (CLAIM, Event(4, "recuse"), Event(6, "claim", CHIEF), Event(12, "deny", CHIEF)),
    ),
    ({}, (CLAIM, Event(5, "release"), Event(7, "claim"), Event(10, "deny"))),
    ({}, (CLAIM, Event(4, "reassign", CHIEF), Event(25, "grant", CHIEF))),
)
"""What became of requests that ended, one after another."""
OPEN: Sequence[tuple[int, dict[str, bool], Sequence[Event]]] = (
    (1, {}, ()),
    (2, {}, ()),
    (6, {"papers": False}, ()),
    (9, {}, (CLAIM,)),
    (12, {}, (Event(2, "claim", CHIEF),)),
    (15, {"papers": False}, (Event(2, "ask-for-missing"),)),
    (24, {}, (CLAIM,)),
    (29, {}, ()),
    (38, {}, (CLAIM,)),
    (44, {}, ()),
    (50, {"choice": True}, (Event(2, "claim", CHIEF),)),
    (75, {"papers": False}, (Event(2, "ask-for-missing"),)),
)
"""How many days ago those came that are open still, and what happened to them; some are overdue."""
PROPOSED = (CLAIM, Event(7, "deny"), Event(12, "correct", CHIEF))


def played_requests(today: date) -> Iterator[PlayedRequest]:
    """The requests of the year before a day, 60 in all."""
    first, ended = today - YEAR, 60 - len(OPEN) - 2
    span = (YEAR - timedelta(days=60)).days
    for number in range(ended):
        kind, events = PAST[number % len(PAST)]
        came = first + timedelta(days=span * number // ended)
        yield PlayedRequest(number + 1, came, events, **kind)
    yield PlayedRequest(ended + 1, today - timedelta(days=15), PROPOSED)
    yield PlayedRequest(
        ended + 2, before_open_enrollment(today), (CLAIM, Event(6, "return")), near=True
    )
    for number, (ago, kind, events) in enumerate(OPEN, ended + 3):
        yield PlayedRequest(number, today - timedelta(days=ago), events, **kind)


def before_open_enrollment(today: date) -> date:
    """A day of the year before, shortly before open enrollment began."""
    day = date(today.year, 6, 15)
    return day if day + timedelta(days=10) < today else date(today.year - 1, 6, 15)
