"""Translations by sentence: each with the digest of the English that it translates, and who has
reviewed it when.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.letters.translated.language import DATED, said_again
from app.letters.translated.law_sentences import EnglishSentence

DIGITS = 16
_GAP = re.compile(r"\{([^{}]*)\}")
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
_CITED = re.compile(r"§+ ?\d\w*(?:\(\w+\))*|\bM\.G\.L\. c\. ?\w+|\b\d+ (?:CMR|U\.S\.C\.) ?[\d.]*")
_KEYS = frozenset({"english", "text", "reviewed_by", "reviewed_on"})


class CatalogueUnreadable(Exception):
    """A catalogue cannot be used; the message says which sentence of it and why."""


def english_digest(text: str) -> str:
    """The digest by which a translation names its English."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


@dataclass(frozen=True, slots=True)
class Translation:
    """One sentence in another language. Without *reviewed_by* no reviewer has read it."""

    id: str
    english: str
    text: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody has said that it is right."""
        return self.reviewed_by is not None


class Catalogue:
    """The translations into one language, found by the digest of the English: a sentence whose
    English has changed has none.
    """

    def __init__(self, language: str, translations: Iterable[Translation] = ()) -> None:
        self.language = language
        self.translations = {each.id: each for each in translations}
        self._by_english = {each.english: each for each in self.translations.values()}

    def find(self, english: str) -> Translation | None:
        """The translation of an English sentence with its gaps; None where it has none."""
        return self._by_english.get(english_digest(english))

    def stale(self, sentences: Iterable[EnglishSentence]) -> list[Translation]:
        """The translations whose English is no longer said anywhere."""
        said = {english_digest(each.text) for each in sentences}
        return [each for each in self.translations.values() if each.english not in said]

    def missing(self, sentences: Iterable[EnglishSentence]) -> list[EnglishSentence]:
        """The sentences without a translation."""
        return [each for each in sentences if self.find(each.text) is None]


def read_catalogue(folder: Path, language: str) -> Catalogue:
    """The catalogue of a language in a folder; an empty one where it has no file for it.

    Raises:
        CatalogueUnreadable: the file is not a catalogue.
    """
    file = folder / f"{language}.yaml"
    if not file.is_file():
        return Catalogue(language)
    try:
        written = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise CatalogueUnreadable(f"cannot read {file.name}: {type(error).__name__}") from None
    if not isinstance(written, dict):
        raise CatalogueUnreadable(f"{file.name} must hold sentences by id")
    return Catalogue(language, [_translation(str(id), each) for id, each in written.items()])


def _translation(id: str, written: Any) -> Translation:
    if not isinstance(written, dict) or not {"english", "text"} <= set(written) <= _KEYS:
        raise CatalogueUnreadable(f"{id}: needs english and text, and may say who reviewed it when")
    by, on = written.get("reviewed_by"), written.get("reviewed_on")
    if (by is None) != (on is None):
        raise CatalogueUnreadable(f"{id}: reviewed_by and reviewed_on belong together")
    if on is not None and not isinstance(on, date):
        raise CatalogueUnreadable(f"{id}: reviewed_on must be a day")
    return Translation(id, str(written["english"]), str(written["text"]), by and str(by), on)


def write_catalogue(folder: Path, catalogue: Catalogue, heading: str) -> None:
    """Write a catalogue's file, sentences in the order of their ids."""
    lines = [f"# {line}" for line in heading.splitlines()]
    for each in sorted(catalogue.translations.values(), key=lambda each: each.id):
        lines.append(f"{_quoted(each.id)}:")
        lines.append(f"  english: {_quoted(each.english)}")
        lines.append(f"  text: {_quoted(each.text)}")
        if each.reviewed_by is not None and each.reviewed_on is not None:
            lines.append(f"  reviewed_by: {_quoted(each.reviewed_by)}")
            lines.append(f"  reviewed_on: {each.reviewed_on.isoformat()}")
    (folder / f"{catalogue.language}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def faults(english: str, text: str, language: str) -> Iterator[str]:
    """What of a sentence is not the same in its translation: gaps, days, figures, citations."""
    for day in DATED.findall(english):
        if said_again(day, language) not in text:
            yield f"it does not say {said_again(day, language)}"
    for what, pattern in (("gaps", _GAP), ("citations", _CITED)):
        yield from _differing(what, pattern.findall(english), pattern.findall(text))
    yield from _differing("figures", _figures(english), _figures(text))


def _differing(what: str, wanted: list[str], found: list[str]) -> Iterator[str]:
    if Counter(wanted) != Counter(found):
        yield f"its {what} are {', '.join(found) or 'none'}, not {', '.join(wanted) or 'none'}"


def _figures(text: str) -> list[str]:
    return _FIGURES.findall(_GAP.sub("", text))
