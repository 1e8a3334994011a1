"""What of each gist no condition claims: where the restated law says more than the
conditions test.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.law.provision import Provision
from app.law.running_text import filled

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class GistCoverage:
    """How much of a provision's gist its conditions claim, in words, and the phrases
    that are left.
    """

    provision: Provision
    words_claimed: int
    words: int
    unclaimed: tuple[str, ...]

    @property
    def share(self) -> float:
        """The part of the gist's words that some condition claims, from 0 to 1."""
        return self.words_claimed / self.words


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _claimed(gist: str, phrases: Iterable[str]) -> list[bool]:
    """For each character of a gist whether it stands in one of the phrases, upper and lower case
    alike.
    """
    claimed = [False] * len(gist)
    for phrase in phrases:
        for found in re.finditer(re.escape(phrase), gist, re.IGNORECASE):
            claimed[found.start() : found.end()] = [True] * (found.end() - found.start())
    return claimed


def gist_coverage(provision: Provision) -> GistCoverage:
    """What the conditions' `words` claim of the gist, and the phrases between that none claims, in
    order.
    """
    values = provision.values_on(date.max)
    gist = _one_line(filled(provision.gist, values))
    words = (_one_line(filled(condition.words, values)) for condition in provision.conditions)
    claimed = _claimed(gist, words)
    starts = [found.start() for found in _WORD.finditer(gist)]
    phrases = "".join(
        "\n" if is_claimed else character
        for character, is_claimed in zip(gist, claimed, strict=True)
    ).split("\n")
    unclaimed = tuple(phrase.strip(" ,;:.") for phrase in phrases if _WORD.search(phrase))
    return GistCoverage(provision, sum(claimed[start] for start in starts), len(starts), unclaimed)


def gist_report(provisions: Iterable[Provision]) -> list[GistCoverage]:
    """The coverage of every gist, the least covered first."""
    return sorted(map(gist_coverage, provisions), key=lambda c: (c.share, c.provision.id))
