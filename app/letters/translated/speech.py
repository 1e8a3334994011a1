"""From a sentence of an answer to the sentence of the law that it was made of, and so to its
translation.

Answers are stored as English sentences with their gaps filled. A sentence is found again by its
texts between the gaps; what filled them is said in the other language. What is not found stays in
English.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.law.sentences import Sentence
from app.letters.translated.catalogue import Catalogue
from app.letters.translated.language import Language
from app.letters.translated.law_sentences import EnglishSentence

_BETWEEN = re.compile(r"(?<=[.?!”]) (?=[A-Z“])")
CACHED = 5_000


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in another language, and whether each part of it was reviewed."""

    text: str
    is_reviewed: bool


class _Pattern:
    """A sentence with gaps, to be found in filled ones."""

    def __init__(self, text: str) -> None:
        self.sentence = Sentence.parse(text)
        texts = list(self.sentence.texts)
        texts[0] = _capital(texts[0])
        self.first, self.last = texts[0], texts[-1]
        self.weight = sum(map(len, texts))
        self._pattern = re.compile("(.+?)".join(map(re.escape, texts)))

    def words_in(self, text: str) -> dict[str, str] | None:
        """What fills the gaps of a text, by name; None where the text is another sentence."""
        if not text.startswith(self.first) or not text.endswith(self.last):
            return None
        found = self._pattern.fullmatch(text)
        return (
            None if found is None else dict(zip(self.sentence.names, found.groups(), strict=True))
        )


class Speech:
    """Says English sentences in the language of a catalogue."""

    def __init__(self, catalogue: Catalogue, sentences: Iterable[EnglishSentence]) -> None:
        self._catalogue = catalogue
        self._whole = dict[str, str]()
        """The English of a catalogue's sentence by how it can be written in an answer."""
        patterns = []
        for each in sentences:
            if "{" in each.text:
                patterns.append(_Pattern(each.text))
            else:
                self._whole.setdefault(each.text, each.text)
                self._whole.setdefault(_capital(each.text), each.text)
        self._patterns = sorted(patterns, key=lambda each: -each.weight)
        self._language = Language(catalogue.language, self._part)
        self.say = lru_cache(CACHED)(self._say)

    @property
    def code(self) -> str:
        """The language, as callers name it."""
        return self._catalogue.language

    def _part(self, name: str) -> str | None:
        found = self._catalogue.translations.get(f"letter: {name}")
        return None if found is None else found.text

    def _say(self, text: str) -> Said | None:
        """An English sentence, or several, in the other language; None where it cannot be said."""
        said = self._say_one(text)
        if said is not None:
            return said
        for gap in reversed(list(_BETWEEN.finditer(text))):
            before, after = self._say_one(text[: gap.start()]), self.say(text[gap.end() :])
            if before is not None and after is not None:
                both = before.is_reviewed and after.is_reviewed
                return Said(f"{before.text} {after.text}", both)
        return None

    def _say_one(self, text: str) -> Said | None:
        if text in self._whole:
            found = self._catalogue.find(self._whole[text])
            return None if found is None else Said(_capital(found.text), found.is_reviewed)
        for pattern in self._patterns:
            words = pattern.words_in(text)
            if words is not None:
                said = self._filled(pattern, words)
                if said is not None:
                    return said
        return None

    def _filled(self, pattern: _Pattern, words: dict[str, str]) -> Said | None:
        found = self._catalogue.find(str(pattern.sentence))
        if found is None:
            return None
        reviewed = [found.is_reviewed]

        def phrase(english: str) -> str | None:
            said = self._phrase(english)
            if said is None:
                return None
            reviewed.append(said.is_reviewed)
            return said.text

        filled = dict[str, str]()
        for name, english in words.items():
            again = self._language.say(english, phrase)
            if again is None:
                return None
            filled[name] = again
        text = Sentence.parse(found.text).fill(filled.__getitem__)
        return Said(_capital(text), all(reviewed))

    def _phrase(self, english: str) -> Said | None:
        """Words of the law in a gap: those of a choice, a question, a sentence without a stop, or
        whole sentences that are quoted there.
        """
        for words in (english, english[:1].lower() + english[1:], f"{english}."):
            if words in self._whole:
                found = self._catalogue.find(self._whole[words])
                if found is not None:
                    text = found.text if words == english else found.text.removesuffix(".")
                    return Said(text, found.is_reviewed)
        return self.say(english) if english.endswith((".", "?")) else None

    def fill(self, english: str, words: dict[str, str]) -> Said | None:
        """A sentence of the letters' own, its gaps filled with English words of which those in
        *words* are said in the language where that can be, and stay as they are where they are
        names.
        """
        found = self._catalogue.find(english)
        if found is None:
            return None
        text = found.text
        reviewed = found.is_reviewed
        for name, value in words.items():
            said = self._phrase(value)
            if said is not None:
                value, reviewed = said.text, reviewed and said.is_reviewed
            else:
                value = self._language.say(value, lambda _: None) or value
            text = text.replace(f"{{{name}}}", value)
        return Said(_capital(text), reviewed)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
