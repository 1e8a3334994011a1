"""What decided, what is needed and what can be done: the short form of an answer.

It is told out of the full one, so stored determinations have it too.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import UNSET, UnsetType
from msgspec.json import Decoder

from app.determinations.answer import (
    Answer,
    AnyValue,
    ChangeAnswer,
    ChangeKind,
    ConflictAnswer,
    DeterminationAnswer,
    EvidenceTag,
    FactAnswer,
    FindingAnswer,
    FindingStatus,
    Head,
    Id,
    LawAnswer,
    LeafAnswer,
    NextStepAnswer,
    ReasonAnswer,
    ReasonStatus,
    Values,
    encode,
)
from app.law.facts import Actor
from app.law.provision import Effect
from app.law.questions import Outcome


class BriefFinding(Answer, frozen=True):
    """One finding on which a decisive provision rests."""

    condition: str
    fact: str
    value: AnyValue
    status: FindingStatus
    says: str


class BriefCitation(Answer, frozen=True):
    """Where the law is written; the provision itself names the address."""

    instrument: str
    under: str | UnsetType = UNSET


class BriefReason(Answer, frozen=True):
    """A provision on which the outcome rests, with the findings that decide it."""

    provision: str
    title: str
    effect: Effect
    status: ReasonStatus
    citation: BriefCitation
    evidence: EvidenceTag
    findings: tuple[BriefFinding, ...]
    concludes: Values | UnsetType = UNSET
    says: str | UnsetType = UNSET


class BriefFactChange(Answer, frozen=True, rename={"was": "from"}):
    """One fact that would have to be otherwise."""

    fact: str
    was: AnyValue
    to: AnyValue
    by: Actor
    or_to: tuple[AnyValue, ...] | UnsetType = UNSET


class BriefChange(Answer, frozen=True, rename={"changes": "if"}):
    """The smallest change that reaches another outcome and that whoever the question is about can
    bring about: all of it is needed.
    """

    becomes: Outcome
    kind: ChangeKind
    changes: tuple[BriefFactChange, ...]
    says: str


class BriefAnswer(Head, frozen=True, kw_only=True):
    """What decided, what is needed and what can be done; nothing that did not bear on it."""

    question: str
    as_of: date
    edition: str
    outcome: Outcome
    says: str
    because: tuple[str, ...]
    settled_by: tuple[LeafAnswer, ...] | UnsetType = UNSET
    conflicts: tuple[ConflictAnswer, ...] | UnsetType = UNSET
    reasons: tuple[BriefReason, ...]
    needs: tuple[FactAnswer, ...]
    concludes: Values
    would_change: tuple[BriefChange, ...]
    valid_until: date | None
    next_steps: tuple[NextStepAnswer, ...]
    cautions: tuple[str, ...]
    law: LawAnswer
    replaced_by: Id | UnsetType = UNSET


_decode = Decoder(DeterminationAnswer).decode


def deciding_findings(reason: ReasonAnswer) -> Iterator[FindingAnswer]:
    """The findings that made a provision come out as it did: those of a path that holds, those that
    failed, or those that are open on paths that can still hold.
    """
    paths: dict[str | UnsetType, list[FindingAnswer]] = {}
    for finding in reason.findings:
        paths.setdefault(finding.path, []).append(finding)
    for findings in paths.values():
        statuses = [finding.status for finding in findings]
        if reason.status == "does_not_apply":
            yield from (f for f in findings if f.status == "not_met")
        elif reason.status == "undetermined" and "not_met" not in statuses:
            yield from (f for f in findings if f.status == "unknown")
        elif reason.status == "applies" and set(statuses) == {"met"}:
            yield from findings
            return


def brief_of(full: DeterminationAnswer) -> BriefAnswer:
    """What decided, what is needed and what can be done, out of everything that was said."""
    return BriefAnswer(
        id=full.id,
        decided_at=full.decided_at,
        subject=full.subject,
        replaces=full.replaces,
        replaced_by=full.replaced_by,
        question=full.question,
        as_of=full.as_of,
        edition=full.edition,
        outcome=full.outcome,
        says=full.says,
        because=full.because,
        settled_by=full.settled_by,
        conflicts=full.conflicts,
        reasons=tuple([_brief_reason(reason) for reason in full.reasons if reason.decisive]),
        needs=full.needs,
        concludes=full.concludes,
        would_change=tuple(
            [_brief_change(change) for change in full.would_change if change.open_to_applicant]
        ),
        valid_until=full.valid_until,
        next_steps=full.next_steps,
        cautions=full.cautions,
        law=LawAnswer(full.law.digest),
    )


def _brief_reason(reason: ReasonAnswer) -> BriefReason:
    return BriefReason(
        reason.provision,
        reason.title,
        reason.effect,
        reason.status,
        BriefCitation(reason.citation.instrument, reason.citation.under),
        reason.evidence,
        tuple(
            [
                BriefFinding(f.condition, f.fact, f.value, f.status, f.says)
                for f in deciding_findings(reason)
            ]
        ),
        reason.concludes,
        reason.says,
    )


def _brief_change(change: ChangeAnswer) -> BriefChange:
    return BriefChange(
        change.becomes,
        change.kind,
        tuple([BriefFactChange(c.fact, c.was, c.to, c.by, c.or_to) for c in change.changes]),
        change.says,
    )


def brief_text(issued: bytes) -> bytes:
    """An issued text in brief.

    Raises:
        msgspec.ValidationError: it is not of the present form.
    """
    return encode(brief_of(_decode(issued)))
