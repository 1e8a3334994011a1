"""The languages that letters can be in, read from a folder once for each process."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from app.law.lawbook import Lawbook
from app.letters.letter import Statement
from app.letters.page import read_statements
from app.letters.template import template
from app.letters.translated.catalogue import Catalogue, read_catalogue
from app.letters.translated.language import ENGLISH, NAMES
from app.letters.translated.law_sentences import EnglishSentence, law_sentences
from app.letters.translated.speech import Speech


def all_sentences(lawbook: Lawbook) -> list[EnglishSentence]:
    """Every sentence that a letter can hold: the letters' own, then the law's."""
    return [*template().english(), *law_sentences(lawbook)]


class Languages:
    """What letters are written with, beside the law: catalogues and the statements of free help.

    *folder* holds a catalogue for each language; without one the language is not offered.
    """

    def __init__(self, folder: Path, lawbook: Lawbook) -> None:
        self._folder, self._lawbook = folder, lawbook
        self._speeches = dict[str, Speech]()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The languages on offer, English first."""
        others = [code for code in NAMES if (self._folder / f"{code}.yaml").is_file()]
        return (ENGLISH, *others)

    @cached_property
    def statements(self) -> Sequence[Statement]:
        """That help with languages is free, in each language."""
        return read_statements(self._folder)

    @cached_property
    def _sentences(self) -> list[EnglishSentence]:
        return all_sentences(self._lawbook)

    def catalogue(self, code: str) -> Catalogue:
        """The catalogue of a language.

        Raises:
            CatalogueUnreadable: its file is not a catalogue.
        """
        return read_catalogue(self._folder, code)

    def speech(self, code: str) -> Speech | None:
        """What says sentences in a language; none for English, which needs nothing.

        Raises:
            CatalogueUnreadable: its file is not a catalogue.
        """
        if code == ENGLISH:
            return None
        if code not in self._speeches:
            self._speeches[code] = Speech(self.catalogue(code), self._sentences)
        return self._speeches[code]
