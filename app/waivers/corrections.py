"""The correction of a decision: one person proposes it, and a second one approves it.

It is an approval like others. What would be done follows from the request as it stands: the other
decision, and its letter.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from app.access.approvals import (
    Approval,
    ApprovalKind,
    Effect,
    NotASecondPerson,
    Transaction,
    register,
)
from app.access.origin import Origin
from app.records.identity import new_id
from app.records.waivers.waiver_requests import (
    WaiverRequest,
    WaiverStep,
    append_within,
    request_within,
    steps_within,
)
from app.waivers.outgoing import Sentence, corrected_letter, sealed_letter
from app.waivers.states import CORRECTED, State
from app.waivers.who_may import may_review

NAME = "waiver.correct"
DECISIONS = ("grant", "deny", CORRECTED)
OTHER = {State.GRANTED: State.DENIED, State.DENIED: State.GRANTED}
"""What a decision is corrected to."""
TOOK_IT = "You took the decision, so another person approves the correction."


@dataclass(frozen=True, slots=True)
class Correction:
    """What approving would do to a request: the decision that stands, the step that took it, and
    the state that it should have led to, with its letter.
    """

    request: WaiverRequest
    decided: WaiverStep
    to: State

    @property
    def letter(self) -> Sequence[Sentence]:
        """The letter to the applicant."""
        return corrected_letter(self.to)

    @property
    def digest(self) -> str:
        """The digest of all that both people must have seen. Steps that leave the decision as it
        is, such as a day on which the carrier was told, change nothing of it.
        """
        covered = [self.request.id, self.decided.number, self.to, *(it.says for it in self.letter)]
        return hashlib.sha256(orjson.dumps(covered)).hexdigest()


def correction_of(request: WaiverRequest, steps: Sequence[WaiverStep]) -> Correction | None:
    """The correction of a request's decision; none where there is no decision to correct."""
    to = OTHER.get(State(request.state))
    decided = next((step for step in reversed(steps) if step.step in DECISIONS), None)
    return None if to is None or decided is None else Correction(request, decided, to)


def _digest(transaction: Transaction, id: str) -> str | None:
    found = _here(transaction, id)
    return None if found is None else found.digest


def _correct(transaction: Transaction, approval: Approval) -> None:
    """Take the step in the approver's name.

    Raises:
        NotASecondPerson: the approver took the decision, entered the request or is recused.
        RecordDamaged: the request or a step is not as it was stored.
    """
    found = _here(transaction, approval.object_id)
    assert found is not None  # the approval computed its digest in this transaction
    assert approval.decided_by is not None and approval.decided_at is not None
    request, by, at = found.request, approval.decided_by, approval.decided_at
    steps = steps_within(transaction, request.id)
    recused = frozenset(step.actor for step in steps if step.step == "recuse")
    because = TOOK_IT if by == found.decided.actor else may_review(request, by, recused)
    if because is not None:
        raise NotASecondPerson(because)
    there = replace(request, state=str(found.to), version=request.version + 1, changed_at=at)
    if found.to is State.DENIED:
        there = replace(there, approval_received_on=None, tell_carrier_by=None)
    content = {
        "to": found.to,
        "approval": approval.id,
        "proposed_by": approval.proposed_by,
        **sealed_letter(found.letter),
    }
    step = WaiverStep(
        new_id(at), there.id, there.version, CORRECTED, there.state, at, by, approval.organization
    )
    audit = Origin(by).did(f"waiver.{CORRECTED}", there.id, kind="waiver")
    append_within(transaction, there, replace(step, content=content), audit)


def _here(transaction: Transaction, id: str) -> Correction | None:
    """The correction as things stand, with the request locked until the transaction ends."""
    request = request_within(transaction, id)
    return None if request is None else correction_of(request, steps_within(transaction, id))


CORRECTION = ApprovalKind(
    NAME,
    "waivers.correct",
    "Correct a decision on a waiver request",
    "/waivers/{id}",
    "/v1/waiver-requests/{id}",
    Effect(_digest, _correct),
)
register(CORRECTION)
