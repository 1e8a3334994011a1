"""Facts that can still be put right: a missing paper counts as unknown while its clock runs."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from app.determinations.facts_in_play import FactsInPlay
from app.law.facts import Computation, Value
from app.law.standing import StandingProvision
from app.law.words import day_in_words


class Cure(NamedTuple):
    """A fact that can still be put right, and what to send by when."""

    fact: str
    says: str


def find_cures(in_play: FactsInPlay, stated: Mapping[str, Value], day: date) -> Iterator[Cure]:
    """The facts that can still be put right on a day: answered no, they count as unknown."""
    for fact, sentence, provision in in_play.curable:
        last = _last_day(in_play, provision, stated)
        if last is None or day <= last:
            words = "the last day of the limit" if last is None else day_in_words(last)
            yield Cure(fact, sentence.fill({"last_day": words}.__getitem__))


def _last_day(
    in_play: FactsInPlay, provision: StandingProvision, stated: Mapping[str, Value]
) -> date | None:
    written = provision.provision
    name = str(written.curable_through)
    conclusion = written.informs.get(name, written.concludes.get(name))
    if not isinstance(conclusion, Computation):
        return None
    found = in_play.deriving.compute(conclusion, stated, provision.parameters)
    return found if isinstance(found, date) else None
