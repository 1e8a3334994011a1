"""A letter: what it says, in the order in which it is read, without the person it goes to."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

SectionName = Literal["action", "why", "do", "note", "ask", "law"]


class Line(Struct, frozen=True, omit_defaults=True):
    """One sentence. *text* is the same in the letter's language, none where it has no translation;
    *marked* sentences stand in a list.
    """

    english: str
    text: str | None = None
    marked: bool = False
    reviewed: bool = False


class Section(Struct, frozen=True):
    """Sentences under a heading; the first section's heading is what was decided."""

    name: SectionName
    heading: Line
    lines: tuple[Line, ...]


class Letter(Struct, frozen=True):
    """What a letter says. *language* is `en`, or another one with English beside it where it is not
    reviewed. *head* has the day, the reference and the number.
    """

    template: Annotated[int, Meta(description="The version of the letters' own sentences.")]
    determination: str
    language: str
    large_print: bool
    dated: date
    head: tuple[Line, ...]
    sections: tuple[Section, ...]
    notices: tuple[Line, ...]

    @property
    def lines(self) -> list[Line]:
        """Every sentence in the order of the page."""
        body = [line for each in self.sections for line in (each.heading, *each.lines)]
        return [*self.head, *body, *self.notices]

    @property
    def is_beside(self) -> bool:
        """Whether English stands beside the other language."""
        return self.language != "en" and not all(line.reviewed for line in self.lines)


class Addressee(Struct, frozen=True):
    """Whom a letter goes to; never kept with it, and never shown by being printed."""

    name: str
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Addressee(…)"


class Statement(Struct, frozen=True):
    """That help with languages is free, in one language."""

    language: str
    name: str
    direction: str
    says: str
    is_reviewed: bool = False


encode_letter = msgspec.json.Encoder(order="deterministic").encode
decode_letter = msgspec.json.Decoder(Letter).decode
"""A stored letter.

Raises:
    msgspec.DecodeError, msgspec.ValidationError: it is none.
"""
