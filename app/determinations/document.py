"""A determination as the JSON document that callers get and that is kept."""

from datetime import date

from app.determinations.model import Determination, FactChange, Finding, Reason, WouldChange
from app.determinations.wording import as_json, required_as_json
from app.law.facts import Citation, FactDefinition

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
    day = finding.value if isinstance(finding.value, date) else None
    document: Document = {
        "condition": finding.condition,
        "words": finding.words,
        "fact": finding.fact,
        "operator": finding.operator,
        "value": as_json(finding.value),
        "required": required_as_json(finding.required, day),
        "status": finding.status,
        "says": finding.says,
        "source": finding.source,
    }
    if finding.path is not None:
        document["path"] = finding.path
    if finding.computed_from is not None:
        document["computed_from"] = {name: as_json(value) for name, value in finding.computed_from.items()}
    if finding.determination is not None:
        document["determination"] = _nested(finding.determination)
    return document


def _reason(reason: Reason) -> Document:
    provision = reason.provision
    document: Document = {
        "provision": provision.id,
        "title": provision.title,
        "effect": provision.effect,
        "status": reason.status,
        "decisive": reason.decisive,
        "citation": citation_document(provision.citation),
        "evidence": provision.evidence,
        "findings": [_finding(finding) for finding in reason.findings],
    }
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
