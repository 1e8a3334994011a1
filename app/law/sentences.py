"""Sentences with places to fill: `You paid for {value} days; {required} are needed.`"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """Text and the names of what belongs into its gaps; `texts` has one more element
    than `names`.
    """

    texts: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Sentence":
        """Split a text at its braces."""
        parts = _PLACE.split(" ".join(text.split()))
        return cls(tuple(parts[0::2]), tuple(parts[1::2]))

    def fill(self, word_for: Callable[[str], str]) -> str:
        """The sentence with a word in each gap, by the gap's name."""
        gaps = [*map(word_for, self.names), ""]
        return "".join([part for pair in zip(self.texts, gaps, strict=True) for part in pair])

    def __str__(self) -> str:
        return self.fill("{{{}}}".format)


@dataclass(frozen=True)
class Told:
    """What is said of a test of a fact, where it is met and where it is not."""

    met: Sentence
    not_met: Sentence
