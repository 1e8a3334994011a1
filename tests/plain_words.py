"""How hard sentences are to read, and which of their words are tiring.

The grade is Flesch-Kincaid's. Terms of the first table of docs/glossary.md, written dates, names
from the program (`flask …`, GET /v1/…, ELIGIBILITY_…) and gaps to fill count as one word of two
syllables. `python -m tests.plain_words` prints the hardest sentences of the law with file and id.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import click
import pyphen

from app.api.http.answered.problem_types import PROBLEM_TYPES
from app.law.lawbook import Lawbook
from app.law.reading.library import open_lawbook
from app.law.sentences import Sentence
from tests.case_files import ROOT

GRADE, HIGHEST_GRADE, FEW_WORDS, MOST_WORDS = 8, 12, 8, 25
SPOKEN = {"says", "briefly", "because"}
"""Fields of the law that hold sentences as plain text."""
DOUBLE_NEGATIVE = re.compile(
    r"\b(?:no|not|nothing|nobody|none|never|cannot|neither|without|\w+n['’]t)\b"
    r"[^,;:.()]*"
    r"\b(?:no|not|nothing|nobody|none|never|cannot|neither|without|\w+n['’]t)\b",
    re.IGNORECASE,
)
TIRING = re.compile(
    r"\b(?:who|what|which|when|where)ever\b|\bnobody\b|\bstands?\b(?! by)|\bstanding\b"
    r"|\b(?:is|are|was|were|be|been|being) (?:\w+ )?"
    r"(?:taken|told|kept|answered|made|looked|asked|worked|found|given)\b"
    r"|\bno more (?!than\b)|\bnot so\b|\bcomes? out\b",
    re.IGNORECASE,
)
_MONTHS = (
    "January February March April May June July August September October November December"
).replace(" ", "|")
_DATE = re.compile(
    rf"\b(?:{_MONTHS})(?: \d{{1,2}})?(?:,? (?:of )?\d{{4}})?\b|\b\d{{4}}-\d\d-\d\d\b"
)
_NAME = re.compile(
    r"`[^`]*`|\{[^{}]*\}|\b(?:GET|POST|PUT|PATCH|DELETE) /\S*[\w}]|(?<!\w)/[a-z]\S*[\w}]"
    r"|--[a-z][\w-]*|\b\w+_\w+\b|\b[A-Z]{2,}[\w.]*\b|\b[\w-]+\.(?:key|json|yaml)\b"
    r"|\b(?:[A-Z][a-z]*-[A-Z][A-Za-z-]*|application/[\w-]+)\b"
)
_WORD = re.compile(r"[^\W_](?:[\w'’-]*\w)?")
_SYLLABLES = pyphen.Pyphen(lang="en_US")
_TERM = "qqterm"
"""Stands in a sentence for what counts as one word of two syllables."""


@cache
def _terms() -> re.Pattern[str]:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    table = text.partition("## Terms of the field")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    terms = sorted(set(rows) - {"term", "---"}, key=len, reverse=True)
    inflected = [
        rf"{re.escape(term[:-1])}(?:y|ies)" if term.endswith("y")
        else rf"{re.escape(term)}(?:s|es|ed|ing)?"
        for term in terms
    ]  # fmt: skip
    return re.compile(rf"\b(?:{'|'.join(inflected)})(?:['’]s)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Spoken:
    """One sentence, and where it is written."""

    file: str
    id: str
    text: str

    @cached_property
    def words(self) -> list[str]:
        """Its words; whatever counts as a term is one."""
        text = _NAME.sub(_TERM, self.text)
        text = _terms().sub(_TERM, _DATE.sub(_TERM, text))
        return _WORD.findall(text)

    @property
    def grade(self) -> float:
        """Its grade by Flesch and Kincaid."""
        syllables = sum(
            2 if _TERM in word else max(1, len(_SYLLABLES.positions(word)) + 1)
            for word in self.words
        )
        return 0.39 * len(self.words) + 11.8 * syllables / len(self.words) - 15.59

    @property
    def is_too_hard(self) -> bool:
        """Above the highest grade, and long enough that the grade means something."""
        return self.grade > HIGHEST_GRADE and len(self.words) > FEW_WORDS

    @property
    def is_too_long(self) -> bool:
        return len(self.words) > MOST_WORDS

    @property
    def tires(self) -> str:
        """The double negative or the tiring words in it; empty where it has neither."""
        found = DOUBLE_NEGATIVE.search(self.text) or TIRING.search(self.text)
        return found[0] if found else ""

    def __str__(self) -> str:
        return f"{self.file} {self.id}: {self.text} ({self.grade:.1f}; {len(self.words)} words)"


class Measured(NamedTuple):
    """How many of some sentences are hard, much too hard, too long, or have tiring words."""

    sentences: int
    hard: int
    too_hard: int
    too_long: int
    tiring: int

    @classmethod
    def of(cls, sentences: Iterable[Spoken]) -> "Measured":
        """Count, each sentence once."""
        different = {one.text: one for one in sentences}.values()
        return cls(
            len(different),
            sum(one.grade > GRADE for one in different),
            sum(one.is_too_hard for one in different),
            sum(one.is_too_long for one in different),
            sum(bool(one.tires) for one in different),
        )


def split(file: str, id: str, text: str) -> Iterator[Spoken]:
    """The sentences of a text."""
    for part in re.split(r"(?<=[.!?])[”\"]?\s+(?=[“\"`A-Z{/])|\n\n", text):
        one = Spoken(file, id, " ".join(part.split()))
        if one.words:
            yield one


def titles_of_problems() -> Iterator[Spoken]:
    """The title of every type of problem."""
    for type in PROBLEM_TYPES.values():
        yield from split("app/api/http/answered/problem_types.py", type.name, type.title)


def details_of_problems() -> Iterator[Spoken]:
    """What every type of problem explains, and the detail wherever one is raised."""
    for type in PROBLEM_TYPES.values():
        for text in type.explains.split("\n"):
            yield from split("app/api/http/answered/problem_types.py", type.name, text)
    for file in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem":
                name, *details = [_written(argument) for argument in node.args[:2]]
                for text in details:
                    yield from split(file.relative_to(ROOT).as_posix(), name, text)


def _written(node: ast.expr) -> str:
    """A text as the program writes it, each inserted value as a gap; empty where it is none."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return str(node.value) if isinstance(node, ast.Constant) else ""


def sentences_of_help(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[Spoken]:
    """What `--help` prints of commands and options, without the examples."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = " ".join((*path, name))
        help = (command.help or "").partition("\b")[0].partition("Example:")[0]
        yield from split("app/commands", words, help)
        for option in command.params:
            yield from split("app/commands", words, getattr(option, "help", None) or "")
        if isinstance(command, click.Group):
            yield from sentences_of_help(command, (*path, name))


def sentences_of_law(lawbook: Lawbook) -> Iterator[Spoken]:
    """What the law says of conditions, outcomes, presumptions, cautions and next steps."""
    for id, provision in sorted(lawbook.provisions.items()):
        yield from _spoken_in(provision, f"rulesets/{id}", "")
    for id, question in sorted(lawbook.questions.items()):
        yield from _spoken_in(question, "rulesets/questions", id)
    for fact in lawbook.vocabulary:
        yield from _spoken_in(fact, "rulesets/facts", fact.name)


def _spoken_in(value: Any, file: str, id: str, field: str = "") -> Iterator[Spoken]:
    if isinstance(value, Sentence) or (isinstance(value, str) and field in SPOKEN):
        yield from split(file, f"{id} {field}".strip(), str(value))
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from _spoken_in(member, file, f"{id} {key}".strip(), field)
    elif isinstance(value, tuple):
        for member in value:
            yield from _spoken_in(member, file, id, field)
    elif is_dataclass(value):
        own = getattr(value, "id", None)
        inner = id if own is None or file.endswith(own) or own == id else f"{id} {own}".strip()
        for each in fields(value):
            yield from _spoken_in(getattr(value, each.name), file, inner, each.name)


def at_fault(sentences: Iterable[Spoken]) -> list[str]:
    """The sentences that break a rule, the hardest first, each with its tiring words."""
    broken = {
        one.text: one for one in sentences if one.grade > GRADE or one.is_too_long or one.tires
    }
    return [
        f"{one} [{one.tires}]" if one.tires else str(one)
        for one in sorted(broken.values(), key=lambda one: -one.grade)
    ]


def main() -> None:
    """Print the sentences of the law that break a rule."""
    sentences = list(sentences_of_law(open_lawbook(ROOT / "rulesets")))
    sys.stdout.write("\n".join([*at_fault(sentences), str(Measured.of(sentences)), ""]))


if __name__ == "__main__":
    main()
