"""What decided, what is needed and what can be done: the short form of an answer.

It is made from the full one, so stored determinations have it too.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.json import Decoder

from app.determinations.answer import (
    Answer,
    AnyValue,
    ChangeAnswer,
    ChangeKind,
    ConflictAnswer,
    DeadlineAnswer,
    DeterminationAnswer,
    EventNumber,
    EvidenceTag,
    FactAnswer,
    FindingAnswer,
    FindingStatus,
    FoundAnswer,
    Head,
    Id,
    LawAnswer,
    LeadingEventAnswer,
    LeafAnswer,
    NextStepAnswer,
    OtherEventAnswer,
    ReasonAnswer,
    ReasonStatus,
    UntilAnswer,
    Values,
    VoidAnswer,
    encode,
)
from app.determinations.telling.decisive import fewest_facts
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
    unverified: str | UnsetType = UNSET


class BriefFactChange(Answer, frozen=True, rename={"was": "from"}):
    """One fact that would have to be otherwise."""

    fact: str
    was: AnyValue
    to: AnyValue
    by: Actor
    or_to: tuple[AnyValue, ...] | UnsetType = UNSET
    event: EventNumber | UnsetType = UNSET


class BriefChange(Answer, frozen=True, rename={"changes": "if"}):
    """The smallest change that reaches another outcome and that the person or body that the
    question is about can bring about: all of it is needed.
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
    leading_event: LeadingEventAnswer | UnsetType = UNSET
    events: tuple[OtherEventAnswer, ...] | UnsetType = UNSET
    reasons: tuple[BriefReason, ...]
    needs: tuple[FactAnswer, ...]
    concludes: Values
    would_change: tuple[BriefChange, ...]
    valid_until: date | None
    concludes_until: (
        Annotated[
            dict[str, UntilAnswer],
            Meta(description="The conclusions that change before the outcome does."),
        ]
        | UnsetType
    ) = UNSET
    deadlines: tuple[DeadlineAnswer, ...]
    next_steps: tuple[NextStepAnswer, ...]
    cautions: tuple[str, ...]
    found: FoundAnswer | UnsetType = UNSET
    law: LawAnswer
    replaced_by: Id | UnsetType = UNSET
    voided: VoidAnswer | UnsetType = UNSET


_decode = Decoder(DeterminationAnswer).decode


Paths = list[list[FindingAnswer]]


def paths_of(reason: ReasonAnswer) -> Paths:
    """The findings of a reason, path by path."""
    paths: dict[str | UnsetType, list[FindingAnswer]] = {}
    for finding in reason.findings:
        paths.setdefault(finding.path, []).append(finding)
    return list(paths.values())


def shared_facts(reasons: Iterable[ReasonAnswer]) -> dict[str, int]:
    """Which facts to choose first where several conditions of a path failed."""
    return fewest_facts(
        [(f.fact, f.source == "determined") for f in path if f.status == "not_met"]
        for reason in reasons
        if reason.status == "does_not_apply"
        for path in paths_of(reason)
    )


def deciding_findings(reason: ReasonAnswer, shared: Mapping[str, int]) -> Iterator[FindingAnswer]:
    """The findings that made a provision come out as it did: those of the shortest path that holds,
    one that failed of each path, or those that are open on paths that can still hold. A sentence
    that several paths share comes once.
    """
    if reason.status == "applies":
        holding = (p for p in paths_of(reason) if all(f.status == "met" for f in p))
        yield from min(holding, key=len)
        return
    told = set[str]()
    for findings in paths_of(reason):
        failed = [f for f in findings if f.status == "not_met"]
        if reason.status == "does_not_apply":
            found = [min(failed, key=lambda f: shared[f.fact])]
        else:
            found = [] if failed else [f for f in findings if f.status == "unknown"]
        for finding in found:
            if finding.says not in told:
                told.add(finding.says)
                yield finding


def brief_until(until: dict[str, UntilAnswer]) -> dict[str, UntilAnswer]:
    """The conclusions that change before the outcome does."""
    return {name: each for name, each in until.items() if each.says is not UNSET}


def brief_of(full: DeterminationAnswer) -> BriefAnswer:
    """What decided, what is needed and what can be done, out of everything that was said."""
    decisive = [reason for reason in full.reasons if reason.decisive]
    shared = shared_facts(decisive)
    return BriefAnswer(
        id=full.id,
        decided_at=full.decided_at,
        subject=full.subject,
        replaces=full.replaces,
        replaced_by=full.replaced_by,
        voided=full.voided,
        question=full.question,
        as_of=full.as_of,
        edition=full.edition,
        outcome=full.outcome,
        says=full.says,
        because=full.because,
        settled_by=full.settled_by,
        conflicts=full.conflicts,
        leading_event=full.leading_event,
        events=full.events,
        reasons=tuple([_brief_reason(reason, shared) for reason in decisive]),
        needs=full.needs,
        concludes=full.concludes,
        would_change=tuple(
            [_brief_change(change) for change in full.would_change if change.open_to_applicant]
        ),
        valid_until=full.valid_until,
        concludes_until=brief_until(full.concludes_until) or UNSET,
        deadlines=full.deadlines,
        next_steps=full.next_steps,
        cautions=full.cautions,
        found=full.found,
        law=LawAnswer(full.law.digest),
    )


def _brief_reason(reason: ReasonAnswer, shared: Mapping[str, int]) -> BriefReason:
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
                for f in deciding_findings(reason, shared)
            ]
        ),
        reason.concludes,
        reason.says,
        reason.unverified,
    )


def _brief_change(change: ChangeAnswer) -> BriefChange:
    return BriefChange(
        change.becomes,
        change.kind,
        tuple(
            [BriefFactChange(c.fact, c.was, c.to, c.by, c.or_to, c.event) for c in change.changes]
        ),
        change.says,
    )


def brief_text(issued: bytes) -> bytes:
    """An issued text in brief.

    Raises:
        msgspec.ValidationError: it is not of the present form.
    """
    return encode(brief_of(_decode(issued)))
