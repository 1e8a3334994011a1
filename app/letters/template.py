"""The letters' own sentences, in the version that letters are made by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from app.letters.translated.law_sentences import EnglishSentence

FILE = Path(__file__).parent / "template.yaml"
TOPIC = "letter"


@dataclass(frozen=True)
class Template:
    """The letters' own sentences by name, with the version of the file; *of_answers* are those that
    answers put words of the law together with, *of_desk* those that the waiver desk seals.
    """

    version: int
    sentences: Mapping[str, str]
    of_answers: Mapping[str, str]
    of_desk: Mapping[str, str]

    def english(self) -> Iterator[EnglishSentence]:
        """Every sentence, for a catalogue."""
        for name, text in {**self.sentences, **self.of_answers}.items():
            yield EnglishSentence(f"letter: {name}", text, TOPIC)
        for name, text in self.of_desk.items():
            yield EnglishSentence(f"desk letter: {name}", text, TOPIC)


@cache
def template() -> Template:
    """The template that letters are made by today."""
    written = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    return Template(
        written["version"], written["sentences"], written["of-answers"], written["of-desk"]
    )
