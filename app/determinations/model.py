"""A determination and everything it rests on. Values only: nothing here looks anything up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

import orjson

from app.determinations.wording import (
    Document,
    as_json,
    citation_document,
    fact_document,
    required_as_json,
    source_document,
)
from app.law.facts import FactDefinition, Value
from app.law.provision import Provision
from app.law.questions import Outcome, Question
from app.law.spans import Span
from app.law.standing import Required

FindingStatus = Literal["met", "not_met", "unknown"]
ReasonStatus = Literal["applies", "does_not_apply", "undetermined"]
ChangeKind = Literal["later", "act", "past", "otherwise"]
Concluded = Mapping[str, Value | Span]


@dataclass(frozen=True, eq=False)
class Finding:
    """One condition, met, not met or unknown for this applicant."""

    condition: str
    words: str
    path: str | None
    fact: str
    operator: str
    value: Value | None
    required: Required
    status: FindingStatus
    says: str
    source: Literal["stated", "presumed", "computed", "determined"] | None
    computed_from: Mapping[str, Value | None] | None = None
    determination: "Determination | None" = None

    def document(self, reason_json: "Callable[[Reason], object]") -> Document:
        """The finding as JSON carries it; *reason_json* gives the reasons of a determination inside
        it.
        """
        day = self.value if isinstance(self.value, date) else None
        document: Document = {
            "condition": self.condition,
            "words": self.words,
            "fact": self.fact,
            "operator": self.operator,
            "value": as_json(self.value),
            "required": required_as_json(self.required, day),
            "status": self.status,
            "says": self.says,
            "source": self.source,
        }
        if self.path is not None:
            document["path"] = self.path
        if self.computed_from is not None:
            document["computed_from"] = {
                name: as_json(value) for name, value in self.computed_from.items()
            }
        if self.determination is not None:
            document["determination"] = self.determination.nested_document(reason_json)
        return document


@dataclass(frozen=True, eq=False)
class Reason:
    """What one provision does in this case, with its findings; *decisive* where the outcome rests
    on it.
    """

    provision: Provision
    status: ReasonStatus
    decisive: bool
    leads: bool
    findings: tuple[Finding, ...]
    concludes: Concluded
    says: str | None = None

    @cached_property
    def json(self) -> orjson.Fragment:
        """The reason as JSON text, written once: reasons are shared between determinations."""
        return orjson.Fragment(orjson.dumps(self._document(lambda reason: reason.json)))

    @property
    def document(self) -> Document:
        """The reason as JSON carries it."""
        return self._document(lambda reason: reason.document)

    def _document(self, reason_json: "Callable[[Reason], object]") -> Document:
        document: Document = {
            "provision": self.provision.id,
            "title": self.provision.title,
            "effect": self.provision.effect,
            "status": self.status,
            "decisive": self.decisive,
            "citation": citation_document(self.provision.citation),
            "evidence": self.provision.evidence,
            "findings": [finding.document(reason_json) for finding in self.findings],
        }
        if self.leads:
            document["leads"] = True
        if self.concludes:
            document["concludes"] = {name: as_json(value) for name, value in self.concludes.items()}
            own = {
                n: source_document(s)
                for n, s in self.provision.sources.items()
                if n in self.concludes
            }
            if own:
                document["concludes_from"] = own
        if self.says is not None:
            document["says"] = self.says
        return document


class NextStepTold(NamedTuple):
    """What the person can do now."""

    says: str
    question: str | None


class FactChange(NamedTuple):
    """One fact that would have to be otherwise.

    *was* is none where it was not stated; *or_to* are further values with the same effect.
    """

    fact: FactDefinition
    was: Value | None
    to: Value
    or_to: tuple[Value, ...] = ()

    @property
    def document(self) -> Document:
        """The change of the fact as JSON carries it."""
        document: Document = {
            "fact": self.fact.name,
            "asks": self.fact.label,
            "from": as_json(self.was),
            "to": as_json(self.to),
        }
        if self.or_to:
            document["or_to"] = [as_json(value) for value in self.or_to]
        return document


@dataclass(frozen=True)
class WouldChange:
    """The smallest change of facts that reaches another outcome: every one of *changes* is needed,
    and none smaller is enough.
    """

    becomes: Outcome
    changes: tuple[FactChange, ...]
    kind: ChangeKind
    says: str

    @cached_property
    def json(self) -> orjson.Fragment:
        """The change as JSON text, written once: changes are shared between determinations."""
        return orjson.Fragment(orjson.dumps(self.document))

    @property
    def document(self) -> Document:
        """The change as JSON carries it."""
        return {
            "becomes": self.becomes,
            "kind": self.kind,
            "past": self.kind == "past",
            "if": [change.document for change in self.changes],
            "says": self.says,
        }


class Determination(NamedTuple):
    """A decision on one question for one applicant as of a day, with reasons."""

    question: Question
    as_of: date
    edition: str
    outcome: Outcome
    says: str
    reasons: tuple[Reason, ...]
    needs: tuple[FactDefinition, ...]
    concludes: Concluded
    next_steps: tuple[NextStepTold, ...]
    cautions: tuple[str, ...]
    facts: Mapping[str, Value] = MappingProxyType({})
    would_change: tuple[WouldChange, ...] = ()
    valid_until: date | None = None
    valid_until_because: str | None = None
    law_digest: str = ""
    law_in_force: tuple[str, ...] = ()

    def nested_document(self, reason_json: Callable[[Reason], object]) -> Document:
        """A determination that another one uses, as it stands inside the other's finding."""
        return {
            "question": self.question.id,
            "outcome": self.outcome,
            "says": self.says,
            "reasons": [reason_json(reason) for reason in self.reasons],
            "needs": [fact_document(fact) for fact in self.needs],
            "concludes": {name: as_json(value) for name, value in self.concludes.items()},
        }
