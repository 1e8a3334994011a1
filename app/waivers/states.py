"""The states of a waiver request, and the steps that lead from one to another.

Which steps there are is this service's own process; the days of each come from determinations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    UNDER_REVIEW = "under_review"
    GRANTED = "granted"
    DENIED = "denied"
    RETURNED = "returned_unreviewed"
    NOT_NEEDED = "not_needed"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether the Office has still to do something."""
        return self in (State.RECEIVED, State.INCOMPLETE, State.UNDER_REVIEW)


class By(StrEnum):
    """Who may take a step, beside the permission that it needs."""

    WRITER = "writer"
    """Who may see the request and has `waivers.write`."""
    OFFICE = "office"
    """The Office: `waivers.decide`."""
    REVIEWER = "reviewer"
    """The Office, but not the person who entered the request."""
    CLAIMER = "claimer"
    """The reviewer who claimed it."""
    ASSIGNER = "assigner"
    """A supervisor of the Office: `waivers.assign`."""
    CLAIMER_OR_ASSIGNER = "claimer_or_assigner"
    WRITER_OR_CARRIER = "writer_or_carrier"
    """A writer, or the carrier that the request names."""
    SERVICE = "service"
    """The service itself, once a day has passed."""
    SECOND_PERSON = "second_person"
    """`waivers.correct`: proposes, and another person approves."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its *name* in addresses, from which states it leads, to which, and who may take it.

    *to* is None where the state stays.
    """

    name: str
    frm: frozenset[State]
    to: State | None
    by: By


_OPEN = frozenset(state for state in State if state.is_open)
_UNCLAIMED = frozenset({State.RECEIVED, State.INCOMPLETE})
_DECIDED = frozenset({State.GRANTED, State.DENIED})

CORRECTED = "approve-correction"
"""The step that an approved correction takes."""
RECEIVE = "receive"
"""The first step; it makes the request."""


def _step(name: str, frm: frozenset[State] | State, to: State | None, by: By) -> Step:
    return Step(name, frozenset({frm}) if isinstance(frm, State) else frm, to, by)


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        _step("ask-for-missing", _UNCLAIMED, State.INCOMPLETE, By.OFFICE),
        _step("complete", State.INCOMPLETE, State.RECEIVED, By.WRITER),
        _step("claim", State.RECEIVED, State.UNDER_REVIEW, By.REVIEWER),
        _step("release", State.UNDER_REVIEW, State.RECEIVED, By.CLAIMER_OR_ASSIGNER),
        _step("reassign", State.UNDER_REVIEW, State.UNDER_REVIEW, By.ASSIGNER),
        _step("recuse", frozenset({State.RECEIVED, State.UNDER_REVIEW}), None, By.OFFICE),
        _step("grant", State.UNDER_REVIEW, State.GRANTED, By.CLAIMER),
        _step("deny", State.UNDER_REVIEW, State.DENIED, By.CLAIMER),
        _step("return", State.UNDER_REVIEW, State.RETURNED, By.CLAIMER),
        _step("not-needed", State.UNDER_REVIEW, State.NOT_NEEDED, By.CLAIMER),
        _step("withdraw", _OPEN, State.WITHDRAWN, By.WRITER),
        _step("add-paper", _OPEN, None, By.WRITER),
        _step("approval-received", State.GRANTED, None, By.WRITER_OR_CARRIER),
        _step("carrier-told", State.GRANTED, None, By.WRITER_OR_CARRIER),
        _step("not-told-in-time", State.GRANTED, None, By.SERVICE),
    )
}
"""The steps that the desk takes."""
ENDED = frozenset({State.GRANTED, State.DENIED, State.RETURNED, State.NOT_NEEDED})
"""The states after a decision of the Office, which has a letter."""
ENDING = frozenset({"grant", "deny", "return", "not-needed", CORRECTED})
"""The steps that take or correct a decision."""
CORRECT = _step("correct", _DECIDED, None, By.SECOND_PERSON)
"""The proposal of a correction. It takes no step: the request stays as it is until the approval."""
LEADING: Mapping[str, Step] = {**STEPS, CORRECT.name: CORRECT}
"""All that can be done with a request."""


class NotPossible(Exception):
    """A step does not lead from the state of the request; *possible* are those that do."""

    def __init__(self, step: str, state: State) -> None:
        self.step, self.state, self.possible = step, state, possible(state)
        super().__init__(f"{step} does not lead from {state}")


def possible(state: State) -> list[str]:
    """The steps that lead from a state."""
    return [name for name, step in LEADING.items() if state in step.frm]


def after(name: str, state: State) -> State:
    """The state after a step.

    Raises:
        NotPossible: the step does not lead from this state.
        KeyError: there is no such step.
    """
    step = LEADING[name]
    if state not in step.frm:
        raise NotPossible(name, state)
    return step.to or state
