"""Provisions, calendars and changes of the law as JSON-ready documents."""

from datetime import date
from typing import Any

from app.determinations.document import Document, citation_document
from app.determinations.wording import as_json, source_document
from app.law.calendars import Calendar, Period, StandingCalendar
from app.law.facts import Computation, FactDefinition
from app.law.lawbook import Change, EditionLaw, Lawbook
from app.law.provision import (
    CalendarName,
    Conclusion,
    Condition,
    Operand,
    Parameter,
    ParameterName,
    Provision,
)
from app.law.spans import Span


def span_document(span: Span | None) -> Document | None:
    """Days in force; no `to` means still in force."""
    return (
        None
        if span is None
        else {"from": span.first.isoformat(), "to": span.last.isoformat() if span.last else None}
    )


def provision_summary(provision: Provision, law: EditionLaw) -> Document:
    """A provision as it stands in lists: what it is, whence, when in force in an edition, what
    ended it.
    """
    return {
        "id": provision.id,
        "title": provision.title,
        "citation": citation_document(provision.citation),
        "evidence": provision.evidence,
        "gist": provision.gist.strip(),
        "answers": provision.answers,
        "effect": provision.effect,
        "enacted": provision.enacted.isoformat(),
        "in_force": span_document(law.in_force.get(provision.id)),
        "supersedes": list(provision.supersedes),
        "superseded_by": [newer.id for newer in law.successors.get(provision.id, [])],
        "href": f"/v1/provisions/{provision.id}",
    }


def provision_detail(
    lawbook: Lawbook, provision: Provision, law: EditionLaw, day: date
) -> Document:
    """Everything about a provision, and the text of its file."""
    cut = law.edition.enacted_through
    span = law.in_force.get(provision.id)
    return {
        **provision_summary(provision, law),
        "edition": law.edition.name,
        "as_of": day.isoformat(),
        "is_in_force": span is not None and day in span,
        "unread": provision.unread,
        "when": {
            path: [_condition(c) for c in conditions]
            for path, conditions in provision.paths.items()
        },
        "parameters": {name: _parameter(p, day, cut) for name, p in provision.parameters.items()},
        "concludes": {name: _conclusion(c) for name, c in provision.concludes.items()},
        "concludes_from": {
            name: source_document(source) for name, source in provision.sources.items()
        },
        "informs": {name: _conclusion(c) for name, c in provision.informs.items()},
        "caution": None if provision.caution is None else str(provision.caution),
        "next_steps": [
            {"says": s.says, "question": s.question, "on": s.on} for s in provision.next_steps
        ],
        "introduces": [fact_definition(fact) for fact in provision.introduces.values()],
        "text": provision.text,
        "law": {"digest": lawbook.digest},
    }


def fact_definition(fact: FactDefinition) -> Document:
    """A fact as the vocabulary defines it."""
    document: Document = {
        "fact": fact.name,
        "type": fact.type,
        "asks": fact.asks,
        "describes": fact.describes,
        "unit": fact.unit,
    }
    if fact.choices:
        document["choices"] = dict(fact.choices)
    if fact.computed is not None:
        document["computed"] = str(fact.computed)
    return {key: value for key, value in document.items() if value is not None}


def _condition(condition: Condition) -> Document:
    return {
        "id": condition.id,
        "words": condition.words,
        "fact": condition.fact,
        "operator": condition.operator,
        "operand": _operand(condition.operand),
        "met": str(condition.met),
        "not_met": str(condition.not_met),
    }


def _operand(operand: Operand) -> object:
    if isinstance(operand, ParameterName):
        return f"${operand.name}"
    if isinstance(operand, CalendarName):
        return operand.id
    if isinstance(operand, tuple):
        return [[as_json(v) for v in m] if isinstance(m, tuple) else as_json(m) for m in operand]
    return as_json(operand)


def _parameter(parameter: Parameter, day: date, enacted_through: date | None) -> Document:
    on_day = parameter.dated_value_on(day, enacted_through)
    values = []
    for dated in parameter.values:
        value: Document = {
            "from": dated.starts.isoformat(),
            "value": as_json(dated.value),
            "note": dated.note,
            "evidence": dated.evidence,
        }
        if dated.citation is not None:
            value["citation"] = citation_document(dated.citation)
        values.append({key: member for key, member in value.items() if member is not None})
    return {
        "unit": parameter.unit,
        "on_day": None if on_day is None else as_json(on_day.value),
        "values": values,
    }


def _conclusion(conclusion: Conclusion) -> object:
    if isinstance(conclusion, Computation):
        return str(conclusion)
    return f"${conclusion.name}" if isinstance(conclusion, ParameterName) else as_json(conclusion)


def calendar_summary(standing: StandingCalendar, law: EditionLaw) -> Document:
    """A calendar of enrollment periods as it stands in lists."""
    calendar = standing.calendar
    return {
        "id": calendar.id,
        "title": calendar.title,
        "citation": citation_document(calendar.citation),
        "evidence": calendar.evidence,
        "enacted": calendar.enacted.isoformat(),
        "in_force": span_document(standing.in_force),
        "kind": calendar.kind,
        "series": calendar.series,
        "supersedes": list(calendar.supersedes),
        "superseded_by": [newer.id for newer in law.successors.get(calendar.id, [])],
        "href": f"/v1/provisions/{calendar.id}",
    }


def calendar_detail(
    lawbook: Lawbook, standing: StandingCalendar, law: EditionLaw, day: date
) -> Document:
    """Everything about a calendar, and the text of its file.

    Of days that return every year those of *day*'s year and the next.
    """
    calendar = standing.calendar
    periods = standing.periods
    if calendar.every_year:
        periods = tuple(p for p in periods if p.last.year in (day.year, day.year + 1))
    return {
        **calendar_summary(standing, law),
        "edition": law.edition.name,
        "as_of": day.isoformat(),
        "is_in_force": day in standing.in_force,
        "limited_to": calendar.limited_to,
        "every_year": bool(calendar.every_year),
        "periods": [period_document(standing, period) for period in periods],
        "text": calendar.text,
        "law": {"digest": lawbook.digest},
    }


def period_document(standing: StandingCalendar, period: Period) -> Document:
    """One enrollment period: its days, both included, by whose authority, and where that can be
    read.
    """
    calendar = standing.calendar
    document: dict[str, Any] = {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "kind": calendar.kind,
        "authority": period.authority,
        "url": period.url or calendar.citation.url,
        "evidence": period.evidence or calendar.evidence,
        "calendar": calendar.id,
        "title": calendar.title,
        "limited_to": calendar.limited_to,
        "note": period.note,
    }
    return {key: value for key, value in document.items() if value is not None}


def change_document(change: Change) -> Document:
    """Something that came into force, ended, or was superseded."""
    what = change.provision
    document: Document = {
        "on": change.on.isoformat(),
        "what": change.what,
        "id": what.id,
        "title": what.title,
        "kind": "calendar" if isinstance(what, Calendar) else "provision",
        "citation": citation_document(what.citation),
        "evidence": what.evidence,
        "enacted": what.enacted.isoformat(),
        "href": f"/v1/provisions/{what.id}",
    }
    if isinstance(what, Provision):
        document["answers"] = what.answers
        document["effect"] = what.effect
    if change.superseded_by is not None:
        document["superseded_by"] = change.superseded_by
    if change.parameter is not None and change.value is not None:
        document["parameter"] = change.parameter.name
        document["unit"] = change.parameter.unit
        document["value"] = as_json(change.value.value)
    return document
