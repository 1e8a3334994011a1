"""What a provision was from day to day in one edition, and in what two editions differ on a day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from app.law.calendars import Calendar
from app.law.edition_law import EditionLaw
from app.law.provision import DatedValue, Parameter, Provision, Source
from app.law.spans import Span, day_before

DifferenceKind = Literal["only here", "only there", "other source", "other periods", "other value"]


@dataclass(frozen=True)
class Version:
    """A provision in days in a row on which nothing of it changes."""

    span: Span
    source: Source
    values: Mapping[str, DatedValue]
    """Its numbers in these days, by parameter; without those that start later."""


def versions(provision: Provision, law: EditionLaw) -> list[Version]:
    """The versions of a provision in an edition, in order of days; none where the edition does not
    contain it.
    """
    span = law.in_force.get(provision.id)
    if span is None:
        return []
    found: list[Version] = []
    for starts in sorted(_starts(provision, span)):
        version = _version(provision, law, starts)
        if found and (found[-1].source, found[-1].values) == (version.source, version.values):
            continue
        if found:
            found[-1] = replace(found[-1], span=Span(found[-1].span.first, day_before(starts)))
        found.append(version)
    found[-1] = replace(found[-1], span=Span(found[-1].span.first, span.last))
    return found


def _starts(provision: Provision, span: Span) -> set[date]:
    """The days on which something of a provision may change."""
    days = [part.starts for part in provision.citation.values]
    days += [part.starts for part in provision.evidence.values]
    days += [v.starts for p in provision.parameters.values() for v in p.values]
    return {span.first, *(day for day in days if day in span)}


def _version(provision: Provision, law: EditionLaw, day: date) -> Version:
    return Version(Span(day), law.source_on(provision, day), _values(provision, law, day))


def _values(provision: Provision, law: EditionLaw, day: date) -> dict[str, DatedValue]:
    cut = law.edition.enacted_through
    dated = {name: p.dated_value_on(day, cut) for name, p in provision.parameters.items()}
    return {name: value for name, value in dated.items() if value is not None}


@dataclass(frozen=True)
class Difference:
    """One thing that two editions say differently of a day; of a number also what it is in each."""

    what: Provision | Calendar
    kind: DifferenceKind
    parameter: Parameter | None = None
    here: DatedValue | None = None
    there: DatedValue | None = None


def differences(here: EditionLaw, there: EditionLaw, day: date) -> list[Difference]:
    """In what two editions differ on a day, by the ids of provisions and calendars."""
    ours, theirs = _in_force(here, day), _in_force(there, day)
    found: list[Difference] = []
    for id in sorted({*ours, *theirs}):
        if id not in theirs:
            found.append(Difference(ours[id], "only here"))
        elif id not in ours:
            found.append(Difference(theirs[id], "only there"))
        else:
            found += _between(ours[id], here, there, day)
    return found


def _in_force(law: EditionLaw, day: date) -> dict[str, Provision | Calendar]:
    found: dict[str, Provision | Calendar] = {
        id: p for id, p in law.provisions.items() if day in law.in_force[id]
    }
    calendars = {id: c.calendar for id, c in law.calendars.items() if day in c.in_force}
    return {**found, **calendars}


def _between(
    what: Provision | Calendar, here: EditionLaw, there: EditionLaw, day: date
) -> Iterator[Difference]:
    """In what two editions differ of something that is in force in both."""
    if here.source_on(what, day) != there.source_on(what, day):
        yield Difference(what, "other source")
    if isinstance(what, Calendar):
        if here.calendars[what.id].periods != there.calendars[what.id].periods:
            yield Difference(what, "other periods")
        return
    ours, theirs = _values(what, here, day), _values(what, there, day)
    for name, parameter in what.parameters.items():
        if ours.get(name) != theirs.get(name):
            yield Difference(what, "other value", parameter, ours.get(name), theirs.get(name))
