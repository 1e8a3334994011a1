"""Facts that can still be put right: a missing paper counts as unknown while its clock runs."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from app.determinations.facts_in_play import FactsInPlay
from app.law.facts import Value
from app.law.words import day_in_words


class Cure(NamedTuple):
    """A fact that can still be put right, and what to send by when."""

    fact: str
    says: str


def find_cures(
    in_play: FactsInPlay, stated: Mapping[str, Value], as_of: date, decided_on: date
) -> Iterator[Cure]:
    """The facts that can still be put right on the day of deciding: answered no, they count as
    unknown.
    """
    if not in_play.curable:
        return
    known = {str(in_play.governing): as_of, **stated}
    for fact, sentence, provision in in_play.curable:
        call, parameters = provision.provision.curable_through, provision.parameters
        last = in_play.deriving.compute(call, known, parameters) if call is not None else None
        if not isinstance(last, date) or decided_on <= last:
            words = day_in_words(last) if isinstance(last, date) else "the last day of the limit"
            yield Cure(fact, sentence.fill({"last_day": words}.__getitem__))
