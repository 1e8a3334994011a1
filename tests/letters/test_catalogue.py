"""Translations: the same gaps, days, figures and citations as the English; stale ones are left out;
a table goes to translators and comes back.
"""

import csv
import io
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from app.commands import command_line
from app.law.lawbook import Lawbook
from app.law.words import day_in_words
from app.letters.page import read_statements
from app.letters.template import template
from app.letters.translated.catalogue import (
    Catalogue,
    CatalogueUnreadable,
    Translation,
    english_digest,
    faults,
    read_catalogue,
    write_catalogue,
)
from app.letters.translated.exchange import COLUMNS, NotATable, exported, imported
from app.letters.translated.language import say_day
from app.letters.translated.languages import all_sentences
from app.letters.translated.law_sentences import EnglishSentence
from app.settings import Settings
from tests.case_files import ROOT
from tests.plain_words import Measured, at_fault, split

FOLDER = ROOT / "languages"
TWELVE = {"en", "es", "pt", "zh", "ht", "fr", "it", "ru", "el", "ar", "km", "lo"}
PRIORITY = {
    "letter",
    "individual.eligible",
    "enrollment.permitted",
    "enrollment.qualifying_event",
    "waiver.reviewable",
    "waiver.supported",
    "waiver.binding",
    "legal-holidays",
}
SENTENCES = [
    EnglishSentence("a", "Apply by {on}.", "letter"),
    EnglishSentence("b", "You have 30 days.", "letter"),
]


@pytest.fixture(scope="module")
def spanish() -> Catalogue:
    return read_catalogue(FOLDER, "es")


@pytest.fixture(scope="module")
def sentences(lawbook: Lawbook) -> list[EnglishSentence]:
    return all_sentences(lawbook)


def test_every_translation_has_what_its_english_has(
    spanish: Catalogue, sentences: list[EnglishSentence]
) -> None:
    wrong = [
        f"{each.id}: {fault}"
        for each in sentences
        if (found := spanish.find(each.text))
        for fault in faults(each.text, found.text, "es")
    ]

    assert [] == wrong


def test_nothing_of_the_catalogue_is_stale(
    spanish: Catalogue, sentences: list[EnglishSentence]
) -> None:
    assert [] == [each.id for each in spanish.stale(sentences)]


def test_the_letters_own_sentences_and_the_first_questions_are_all_there(
    spanish: Catalogue, sentences: list[EnglishSentence]
) -> None:
    missing = [each.text for each in spanish.missing(sentences) if each.topic in PRIORITY]

    assert [] == missing


def test_what_was_decided_and_by_when_to_act_is_there_for_every_question(
    spanish: Catalogue, sentences: list[EnglishSentence]
) -> None:
    missing = [
        each.id
        for each in spanish.missing(sentences)
        if re.search(": (says [a-z]+|deadline [0-9]+)$", each.id)
        or re.search("you think .* wrong|appeal", each.text)
    ]

    assert [] == missing


def test_every_sentence_has_an_id_of_its_own(sentences: list[EnglishSentence]) -> None:
    assert len(sentences) == len({each.id for each in sentences})


@pytest.mark.parametrize(
    ("english", "text"),
    [
        ("Apply by {on}.", "Solicite."),
        ("Apply by {on}.", "Solicite a más tardar el {day}."),
        ("You have 30 days.", "Usted tiene 60 días."),
        ("You have 30 days.", "Usted tiene treinta días."),
        ("From January 1, 2014.", "Desde el 2 de enero de 2014."),
        ("See M.G.L. c. 176J, § 4.", "Vea M.G.L. c. 176J, § 5."),
    ],
)
def test_a_translation_that_differs_is_found(english: str, text: str) -> None:
    assert list(faults(english, text, "es"))


def test_a_day_is_said_alike_in_english_and_in_the_words_of_another_language() -> None:
    assert day_in_words(date(2012, 5, 3)) == say_day(date(2012, 5, 3), "en")
    assert "3 de mayo de 2012" == say_day(date(2012, 5, 3), "es")
    assert [] == list(faults("From May 3, 2012.", "Desde el 3 de mayo de 2012.", "es"))


def test_a_sentence_whose_english_changed_has_no_translation() -> None:
    catalogue = Catalogue("es", [Translation("a", english_digest("Apply by {on}."), "x {on}")])

    assert catalogue.find("Apply by {on}.")
    assert catalogue.find("Apply before {on}.") is None
    assert ["a"] == [each.id for each in catalogue.stale([SENTENCES[1]])]


def test_the_twelve_statements_have_a_language_and_a_direction() -> None:
    statements = read_statements(FOLDER)

    assert TWELVE == {each.language for each in statements}
    assert {"ar"} == {each.language for each in statements if each.direction == "rtl"}
    assert not any(each.is_reviewed for each in statements)


# --- a table for translators ---


def test_a_table_comes_back_as_it_went(
    spanish: Catalogue, sentences: list[EnglishSentence], tmp_path: Path
) -> None:
    reviewed = [
        replace(each, reviewed_by="R. Núñez", reviewed_on=date(2026, 11, 28))
        for each in list(spanish.translations.values())[:3]
    ]
    catalogue = Catalogue("es", [*spanish.translations.values(), *reviewed])
    again = imported(exported(catalogue, sentences), "es", sentences)
    write_catalogue(tmp_path, again, "As it went.")

    assert catalogue.translations == again.translations
    assert catalogue.translations == read_catalogue(tmp_path, "es").translations


def table(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


GOOD = {"id": "a", "topic": "letter", "english": "Apply by {on}.", "text": "Solicite el {on}."}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": "z"}, "no sentence has this id"),
        ({"english": "Apply before {on}."}, "export again"),
        ({"text": "Solicite."}, "gaps"),
        ({"reviewed_by": "Ana"}, "must be a day"),
        ({"reviewed_on": "2026-11-28"}, "reviewed_by is empty"),
        ({"reviewed_by": "Ana", "reviewed_on": "yesterday"}, "must be a day"),
    ],
)
def test_a_wrong_row_is_refused(row: dict[str, str], says: str) -> None:
    with pytest.raises(NotATable, match=says):
        imported(table({**GOOD, **row}), "es", SENTENCES)


def test_what_is_no_table_is_refused() -> None:
    for text in ("", "a,b\n", table(GOOD, GOOD), table(GOOD) + "x\n"):
        with pytest.raises(NotATable):
            imported(text, "es", SENTENCES)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "a: x",
        "a: {english: x}",
        "a: {english: x, text: y, by: z}",
        "a: {english: x, text: y, reviewed_by: z}",
        "a: {english: x, text: y, reviewed_by: z, reviewed_on: soon}",
        "a: {",
    ],
)
def test_a_catalogue_that_cannot_be_read_says_why(tmp_path: Path, text: str) -> None:
    (tmp_path / "es.yaml").write_text(text)

    with pytest.raises(CatalogueUnreadable):
        read_catalogue(tmp_path, "es")


# --- commands ---


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """The command line with a copy of the catalogue."""
    shutil.copytree(FOLDER, tmp_path / "languages")
    app = command_line(Settings(languages=tmp_path / "languages", instance=tmp_path))
    return lambda *args: app.test_cli_runner().invoke(args=["letters", *args])


def test_commands_export_and_import_the_catalogue(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    before = read_catalogue(FOLDER, "es").translations
    file = str(tmp_path / "es.csv")

    assert 0 == run("catalogue", "export", "es", file).exit_code
    assert 0 == run("catalogue", "import", "es", file).exit_code
    assert before == read_catalogue(tmp_path / "languages", "es").translations


def test_a_command_says_how_far_a_language_is(run: Callable[..., Result]) -> None:
    told = run("check", "es")

    assert 0 == told.exit_code
    assert {"missing", "unreviewed", "stale"} <= set(told.stdout.split())


def test_a_translation_that_differs_is_named_by_the_command(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "languages" / "es.yaml"
    file.write_text(file.read_text().replace("más tardar el {on}", "más tardar el {off}"))
    told = run("check", "es")

    assert 3 == told.exit_code
    assert "its gaps are off, not on" in told.stderr


def test_a_wrong_table_leaves_the_catalogue_as_it_was(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    before = (tmp_path / "languages" / "es.yaml").read_bytes()
    (tmp_path / "es.csv").write_text(table({**GOOD, "id": "letter: dated"}))
    told = run("catalogue", "import", "es", str(tmp_path / "es.csv"))

    assert 3 == told.exit_code
    assert before == (tmp_path / "languages" / "es.yaml").read_bytes()


def test_the_letters_own_sentences_are_plain() -> None:
    own = {**template().sentences, **template().of_desk}
    texts = {name: text for name, text in own.items() if text.endswith(".")}
    spoken = [one for name, text in texts.items() for one in split("template.yaml", name, text)]
    spoken = [one for one in spoken if len(one.words) > 2]
    counted = Measured.of(spoken)

    assert counted.hard <= counted.sentences / 20, "\n".join(at_fault(spoken))
    assert (0, 0, 0) == counted[2:], "\n".join(at_fault(spoken))
