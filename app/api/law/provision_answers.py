"""Provisions, calendars and changes of the law, described."""

from datetime import date
from typing import Any

from msgspec.structs import asdict

from app.api.http.answered.answers import unset_if_none
from app.api.law.answers import (
    CalendarAnswer,
    CalendarSummaryAnswer,
    DatedCitationAnswer,
    DatedEvidenceAnswer,
    FactDefinitionAnswer,
    InForceAnswer,
    LawChangeAnswer,
    ParameterAnswer,
    ParameterValueAnswer,
    PeriodAnswer,
    ProvisionAnswer,
    ProvisionDeadlineAnswer,
    ProvisionStepAnswer,
    ProvisionSummaryAnswer,
    VersionAnswer,
)
from app.api.law.condition_answers import calendars_of, condition_answer
from app.determinations.answer import LawAnswer
from app.determinations.telling.wording import as_json, citation_answer, source_answer
from app.law.calendars import Calendar, Period, StandingCalendar
from app.law.edition_law import EditionLaw
from app.law.facts import Computation, FactDefinition
from app.law.history import Version, versions
from app.law.lawbook import Change, Lawbook
from app.law.provision import (
    Conclusion,
    DatedValue,
    Deadline,
    Parameter,
    ParameterName,
    Provision,
)
from app.law.running_text import filled
from app.law.spans import Span


def provision_answer(
    lawbook: Lawbook, provision: Provision, law: EditionLaw, day: date
) -> ProvisionAnswer:
    """Everything about a provision, with what its parameters are on a day."""
    cut = law.edition.enacted_through
    span, values = law.in_force.get(provision.id), provision.values_on(day, cut)
    return ProvisionAnswer(
        **asdict(provision_summary(provision, law, day)),
        edition=law.edition.name,
        as_of=day,
        is_in_force=span is not None and day in span,
        citations=_citations(provision),
        evidence_by_day=[
            DatedEvidenceAnswer(part.starts, part.value) for part in provision.evidence.values
        ],
        versions=[_version(version) for version in versions(provision, law)],
        bears_on=[id for id in lawbook.questions if provision.answers in lawbook.with_used(id)],
        calendars=sorted(calendars_of(provision.conditions)),
        reading=None if provision.reading is None else filled(provision.reading, values),
        unread=provision.text_missing,
        when={
            path: [condition_answer(lawbook, law, c, values, day) for c in found]
            for path, found in provision.paths.items()
        },
        parameters={name: _parameter(p, day, cut) for name, p in provision.parameters.items()},
        concludes={name: _conclusion(c) for name, c in provision.concludes.items()},
        concludes_from={name: source_answer(source) for name, source in provision.sources.items()},
        informs={name: _conclusion(c) for name, c in provision.informs.items()},
        caution=None if provision.caution is None else str(provision.caution),
        next_steps=[
            ProvisionStepAnswer(filled(str(step.says), values), step.question, step.on, step.path)
            for step in provision.next_steps
        ],
        deadlines=[_deadline(deadline) for deadline in provision.deadlines],
        introduces=[_fact(fact) for fact in provision.introduces.values()],
        text=provision.text,
        law=LawAnswer(lawbook.digest),
    )


def provision_summary(
    provision: Provision, law: EditionLaw, day: date | None = None
) -> ProvisionSummaryAnswer:
    """A provision in lists, with its numbers, citation and evidence on a day, else the latest."""
    day = day or date.max
    source = law.source_on(provision, day)
    return ProvisionSummaryAnswer(
        id=provision.id,
        title=provision.title,
        citation=citation_answer(source.citation),
        evidence=source.evidence,
        gist=filled(provision.gist, provision.values_on(day, law.edition.enacted_through)),
        answers=provision.answers,
        effect=provision.effect,
        enacted=provision.enacted,
        in_force=_in_force(law.in_force.get(provision.id)),
        supersedes=list(provision.supersedes),
        superseded_by=[newer.id for newer in law.successors.get(provision.id, [])],
        href=f"/v1/provisions/{provision.id}",
    )


def _in_force(span: Span | None) -> InForceAnswer | None:
    return None if span is None else InForceAnswer(span.first, span.last)


def _fact(fact: FactDefinition) -> FactDefinitionAnswer:
    return FactDefinitionAnswer(
        fact.name,
        fact.type,
        unset_if_none(fact.asks),
        unset_if_none(fact.describes),
        unset_if_none(fact.unit),
        unset_if_none(dict(fact.choices) or None),
        unset_if_none(None if fact.computed is None else str(fact.computed)),
    )


def _citations(provision: Provision) -> list[DatedCitationAnswer]:
    dated = provision.citation.values
    return [DatedCitationAnswer(part.starts, citation_answer(part.value)) for part in dated]


def _version(version: Version) -> VersionAnswer:
    return VersionAnswer(
        version.span.first,
        version.span.last,
        citation_answer(version.source.citation),
        version.source.evidence,
        {name: as_json(dated.value) for name, dated in version.values.items()},
    )


def _deadline(deadline: Deadline) -> ProvisionDeadlineAnswer:
    return ProvisionDeadlineAnswer(
        str(deadline.on), str(deadline.do), deadline.by, str(deadline.why or "") or None
    )


def _parameter(parameter: Parameter, day: date, enacted_through: date | None) -> ParameterAnswer:
    on_day = parameter.dated_value_on(day, enacted_through)
    return ParameterAnswer(
        parameter.unit,
        None if on_day is None else as_json(on_day.value),
        [_parameter_value(dated) for dated in parameter.values],
    )


def _parameter_value(dated: DatedValue) -> ParameterValueAnswer:
    return ParameterValueAnswer(
        dated.starts,
        as_json(dated.value),
        unset_if_none(dated.note),
        unset_if_none(dated.evidence),
        unset_if_none(None if dated.citation is None else citation_answer(dated.citation)),
    )


def _conclusion(conclusion: Conclusion) -> object:
    if isinstance(conclusion, Computation):
        return str(conclusion)
    return f"${conclusion.name}" if isinstance(conclusion, ParameterName) else as_json(conclusion)


def calendar_summary(standing: StandingCalendar, law: EditionLaw) -> CalendarSummaryAnswer:
    """A calendar of enrollment periods in lists."""
    calendar = standing.calendar
    return CalendarSummaryAnswer(
        id=calendar.id,
        title=calendar.title,
        citation=citation_answer(calendar.citation),
        evidence=calendar.evidence,
        enacted=calendar.enacted,
        in_force=_in_force(standing.in_force),
        kind=calendar.kind,
        series=calendar.series,
        supersedes=list(calendar.supersedes),
        superseded_by=[newer.id for newer in law.successors.get(calendar.id, [])],
        href=f"/v1/provisions/{calendar.id}",
    )


def calendar_answer(
    lawbook: Lawbook, standing: StandingCalendar, law: EditionLaw, day: date
) -> CalendarAnswer:
    """Everything about a calendar.

    Of days that return every year those of *day*'s year and the next.
    """
    calendar = standing.calendar
    periods = standing.periods
    if calendar.every_year:
        periods = tuple(p for p in periods if p.last.year in (day.year, day.year + 1))
    return CalendarAnswer(
        **asdict(calendar_summary(standing, law)),
        edition=law.edition.name,
        as_of=day,
        is_in_force=day in standing.in_force,
        limited_to=calendar.limited_to,
        every_year=bool(calendar.every_year),
        periods=[period_answer(standing, period) for period in periods],
        text=calendar.text,
        law=LawAnswer(lawbook.digest),
    )


def period_answer(standing: StandingCalendar, period: Period) -> PeriodAnswer:
    """One enrollment period: its days, both included, by whose authority, and where that can be
    read.
    """
    calendar = standing.calendar
    return PeriodAnswer(
        first=period.first,
        last=period.last,
        kind=calendar.kind,
        authority=period.authority,
        url=unset_if_none(period.url or calendar.citation.url),
        evidence=period.evidence or calendar.evidence,
        calendar=calendar.id,
        title=calendar.title,
        limited_to=unset_if_none(calendar.limited_to),
        note=unset_if_none(period.note),
    )


def change_answer(change: Change, law: EditionLaw) -> LawChangeAnswer:
    """Something that came into force, ended, was superseded, or took another value; cited as on
    that day.
    """
    what, value = change.provision, change.value
    source = law.source_on(what, change.on)
    own = None if value is None else value.citation
    members: dict[str, Any] = {
        "on": change.on,
        "what": change.what,
        "id": what.id,
        "title": what.title,
        "kind": "calendar" if isinstance(what, Calendar) else "provision",
        "citation": citation_answer(own or source.citation),
        "evidence": (value and value.evidence) or source.evidence,
        "enacted": what.enacted,
        "href": f"/v1/provisions/{what.id}",
        "superseded_by": unset_if_none(change.superseded_by),
    }
    if isinstance(what, Provision):
        members |= {"answers": what.answers, "effect": what.effect}
    if change.parameter is not None and value is not None:
        members |= {
            "parameter": change.parameter.name,
            "unit": change.parameter.unit,
            "value": as_json(value.value),
            "value_before": None if change.before is None else as_json(change.before.value),
        }
    return LawChangeAnswer(**members)
