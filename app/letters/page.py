"""A letter as HTML: the part that a page shows, and a document of one letter or several."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from ruamel.yaml import YAML

from app.letters.letter import Addressee, Letter, Statement
from app.letters.template import template

TEMPLATES = Path(__file__).parent / "templates"
STATEMENTS = "statements.yaml"


class Addressed(NamedTuple):
    """A letter with the person whom it goes to."""

    letter: Letter
    addressee: Addressee


@cache
def read_statements(folder: Path) -> tuple[Statement, ...]:
    """That help with languages is free, in each language, from a folder's file; none where it has
    no such file.
    """
    file = folder / STATEMENTS
    if not file.is_file():
        return ()
    written: dict[str, Any] = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    return tuple(
        Statement(code, each["name"], each["dir"], each["says"], "reviewed_by" in each)
        for code, each in written.items()
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )


def article(one: Addressed, statements: Sequence[Statement], level: int = 1) -> Markup:
    """A letter as a part of a page, its headings from a level on."""
    is_all_reviewed = all(each.is_reviewed for each in statements if each.language != "en")
    return Markup(  # noqa: S704  # the template escapes what it fills in
        _templates()
        .get_template("letter.html")
        .render(
            letter=one.letter,
            addressee=one.addressee,
            statements=statements,
            level=level,
            unreviewed_statements=(
                "" if is_all_reviewed else template().sentences["statements-unreviewed"]
            ),
        )
    )


def document(letters: Iterable[Addressed], statements: Sequence[Statement]) -> str:
    """One document of letters, each on a page of its own. Its title names no person."""
    several = list(letters)
    return (
        _templates()
        .get_template("document.html")
        .render(
            letter=several[0].letter,
            title="Letter" if len(several) == 1 else "Letters",
            articles=[article(each, statements) for each in several],
        )
    )
