"""A determination as the JSON document that callers get and that is kept."""

from functools import lru_cache

from app.determinations.model import Determination, FactChange, Finding, Reason, WouldChange
from app.determinations.wording import as_json
from app.law.facts import Citation, FactDefinition
from app.law.provision import Provision

Document = dict[str, object]


def citation_document(citation: Citation) -> Document:
    """Where the law is written."""
    parts = {"instrument": citation.instrument, "under": citation.under, "url": citation.url}
    return {key: value for key, value in parts.items() if value is not None}


def fact_document(fact: FactDefinition) -> Document:
    """A fact to be asked for: its name, type and question, with unit and choices where it has them."""
    document: Document = {"fact": fact.name, "type": fact.type, "asks": fact.label}
    if fact.unit:
        document["unit"] = fact.unit
    if fact.choices:
        document["choices"] = dict(fact.choices)
    return document


def _finding(finding: Finding) -> Document:
    if finding.determination is None:
        return finding.document
    return {**finding.document, "determination": _nested(finding.determination)}


@lru_cache(maxsize=4_096)
def _cited(provision: str, title: str, citation: Citation) -> tuple[tuple[str, object], ...]:
    """What is the same of a provision in every reason."""
    return (("provision", provision), ("title", title), ("citation", citation_document(citation)))


def _reason(reason: Reason) -> Document:
    provision: Provision = reason.provision
    document: Document = dict(_cited(provision.id, provision.title, provision.citation))
    document["evidence"] = provision.evidence
    document["effect"] = provision.effect
    document["status"] = reason.status
    document["decisive"] = reason.decisive
    document["findings"] = [_finding(finding) for finding in reason.findings]
    if reason.leads:
        document["leads"] = True
    if reason.concludes:
        document["concludes"] = {name: as_json(value) for name, value in reason.concludes.items()}
    if reason.says is not None:
        document["says"] = reason.says
    return document


def _nested(decided: Determination) -> Document:
    return {
        "question": decided.question.id,
        "outcome": decided.outcome,
        "says": decided.says,
        "reasons": [_reason(reason) for reason in decided.reasons],
        "needs": [fact_document(fact) for fact in decided.needs],
        "concludes": {name: as_json(value) for name, value in decided.concludes.items()},
    }


def _fact_change(change: FactChange) -> Document:
    document: Document = {
        "fact": change.fact.name,
        "asks": change.fact.label,
        "from": as_json(change.was),
        "to": as_json(change.to),
    }
    if change.or_to:
        document["or_to"] = [as_json(value) for value in change.or_to]
    return document


def _would_change(change: WouldChange) -> Document:
    return {
        "becomes": change.becomes,
        "kind": change.kind,
        "past": change.kind == "past",
        "if": [_fact_change(c) for c in change.changes],
        "says": change.says,
    }


def determination_document(decided: Determination) -> Document:
    """Everything a determination says, without what only a kept one has (its id, when, for whom)."""
    return {
        "question": decided.question.id,
        "asks": decided.question.asks,
        "as_of": decided.as_of.isoformat(),
        "edition": decided.edition,
        "outcome": decided.outcome,
        "says": decided.says,
        "reasons": [_reason(reason) for reason in decided.reasons],
        "needs": [fact_document(fact) for fact in decided.needs],
        "concludes": {name: as_json(value) for name, value in decided.concludes.items()},
        "would_change": [_would_change(change) for change in decided.would_change],
        "valid_until": decided.valid_until.isoformat() if decided.valid_until else None,
        "valid_until_because": decided.valid_until_because,
        "next_steps": [
            {"says": step.says, "question": step.question} if step.question else {"says": step.says}
            for step in decided.next_steps
        ],
        "cautions": list(decided.cautions),
        "facts": {name: as_json(value) for name, value in sorted(decided.facts.items())},
        "law": {"digest": decided.law_digest, "in_force": list(decided.law_in_force)},
    }
