"""What the cases of a provision must show of it, as far as the law alone can say: each condition
met, not met and unknown, and a case on each side of every day on which something starts or ends.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from app.law.errors import Fault
from app.law.lawbook import Lawbook
from app.law.provision import Provision
from app.law.reading.case_files import OUTSIDE, WrittenCase
from app.law.spans import day_after, day_before


def edition_of(lawbook: Lawbook, case: WrittenCase) -> str:
    """The edition in which a case is tried: the one it names, else the default one, else the first
    that contains the provision.
    """
    if case.edition is not None:
        return case.edition
    editions = (lawbook.default_edition, *lawbook.editions)
    return next(e for e in editions if case.provision in lawbook.edition(e).provisions)


def missing_cases(
    lawbook: Lawbook, provision: Provision, cases: Sequence[WrittenCase]
) -> Iterator[Fault]:
    """A complaint about each status of a condition and each day that no case shows."""
    yield from _unseen(lawbook, provision, cases)
    yield from _days_in_force(lawbook, provision, cases)
    yield from _new_numbers(provision, cases)


def _unseen(
    lawbook: Lawbook, provision: Provision, cases: Sequence[WrittenCase]
) -> Iterator[Fault]:
    seen = {(name, status) for case in cases for name, status in case.conditions.items()}
    for condition in provision.conditions:
        for status in ("met", "not_met", "unknown"):
            if (condition.id, status) in seen:
                continue
            if status != "unknown" or can_be_unknown(lawbook, provision, condition.fact):
                sentence = f"no case has {condition.id} {status.replace('_', ' ')}"
                yield Fault(condition.places.start, sentence)


def can_be_unknown(lawbook: Lawbook, provision: Provision, fact: str) -> bool:
    """Whether a fact can be unknown: not where the law presumes it, nor where the question goes by
    it.
    """
    if fact in lawbook.questions:
        return True
    governing = lawbook.questions[provision.answers].governed_by
    return any(
        lawbook.vocabulary[name].presumed is None and name != governing
        for name in lawbook.vocabulary.inputs_of(fact)
    )


def _days_in_force(
    lawbook: Lawbook, provision: Provision, cases: Sequence[WrittenCase]
) -> Iterator[Fault]:
    tried = {(c.as_of, c.status not in OUTSIDE, edition_of(lawbook, c)) for c in cases}
    for (day, in_force), editions in edges_in_force(lawbook, provision.id).items():
        if not any((day, in_force, edition) in tried for edition in editions):
            found = "in force" if in_force else "not in force"
            sentence = f"no case on {day}, where it is {found} ({', '.join(editions)})"
            yield Fault(provision.places.of("in_force"), sentence)


def edges_in_force(lawbook: Lawbook, id: str) -> dict[tuple[date, bool], list[str]]:
    """The first and last days in force and the days beside them, each with the editions in which it
    is such a day.
    """
    found: dict[tuple[date, bool], list[str]] = defaultdict(list)
    for name in lawbook.editions:
        span = lawbook.edition(name).in_force.get(id)
        if span is not None:
            found[day_before(span.first), False].append(name)
            found[span.first, True].append(name)
        if span is not None and span.last is not None:
            found[span.last, True].append(name)
            found[day_after(span.last), False].append(name)
    return found


def _new_numbers(provision: Provision, cases: Sequence[WrittenCase]) -> Iterator[Fault]:
    days = {case.as_of for case in cases}
    for parameter in provision.parameters.values():
        for value in parameter.values[1:]:
            for day in (day_before(value.starts), value.starts):
                if day not in days:
                    sentence = f"no case on {day}, beside the new value of {parameter.name}"
                    yield Fault(provision.places.of("parameters", parameter.name), sentence)
