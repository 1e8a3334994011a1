"""What the gist marks as the words of a condition, and each wrong mark at its line."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.law.facts import Value
from app.law.reading.library import faults_in, open_lawbook
from app.law.running_text import filled
from app.law.words import spelled
from tests.law.small_law import FILES, write_law

GROWN = FILES["people/grown.yaml"]
PLAIN = "Whoever has lived eighteen years and is known to the keeper is grown up."
MARKED = PLAIN.replace("has lived eighteen years", "[has lived eighteen years](#eighteen)").replace(
    "known to the keeper", "[known to the keeper](#known)"
)
AT = 5
"""The line of the gist."""


def marked(gist: str) -> str:
    """The people's provision with another gist and without `words`."""
    lines = GROWN.replace(PLAIN, f'"{gist}"').splitlines(keepends=True)
    return "".join(line for line in lines if "words:" not in line)


def words(folder: Path, gist: str) -> dict[str, str]:
    provision = open_lawbook(write_law(folder, people__grown=marked(gist))).provisions
    return {c.id: c.words for c in provision["people/grown"].conditions}


def complaints(folder: Path, text: str) -> list[str]:
    return [str(fault) for fault in faults_in(write_law(folder, people__grown=text))]


def test_the_marks_of_the_gist_are_the_words_of_its_conditions(tmp_path: Path) -> None:
    law = open_lawbook(write_law(tmp_path, people__grown=marked(MARKED)))

    assert PLAIN == law.provisions["people/grown"].gist
    assert {
        "eighteen": "has lived eighteen years",
        "known": "known to the keeper",
    } == words(tmp_path, MARKED)


def test_a_phrase_may_serve_two_conditions(tmp_path: Path) -> None:
    found = words(tmp_path, "Whoever is [grown up](#eighteen #known).")

    assert {"eighteen": "grown up", "known": "grown up"} == found


def test_a_mark_may_stand_in_another(tmp_path: Path) -> None:
    found = words(tmp_path, "Whoever is [known [for years](#eighteen) here](#known).")

    assert {"eighteen": "for years", "known": "known for years here"} == found


@pytest.mark.parametrize(
    ("gist", "line", "says"),
    [
        (f"{MARKED} [Again](#grown).", AT, "the gist marks words for grown, which is no condition"),
        (PLAIN, 11, "the gist marks no words for the condition eighteen"),
        (MARKED.replace("(#known)", "(known)"), AT, "](known) ends no mark"),
        (MARKED.replace("(#known)", ""), AT, "] ends no mark"),
        (MARKED.replace("[known", "known"), AT, "](#known) ends no mark"),
        (f"[{MARKED}", AT, "a mark of the gist is not closed"),
        (f"{MARKED} [Again](#known).", AT, "the gist marks words for known twice"),
    ],
)
def test_a_wrong_mark_is_told_at_its_line(tmp_path: Path, gist: str, line: int, says: str) -> None:
    found = complaints(tmp_path, marked(gist))

    assert any(c.startswith(f"rulesets/people/grown.yaml:{line}: {says}") for c in found), found


def test_words_beside_a_mark_are_refused(tmp_path: Path) -> None:
    found = complaints(tmp_path, GROWN.replace(PLAIN, f'"{MARKED}"'))

    complaint = "the words of eighteen are marked in the gist already"
    assert f"rulesets/people/grown.yaml:12: {complaint}" in found


def test_how_the_text_was_read_stands_apart_from_the_gist(tmp_path: Path) -> None:
    read = "Only a later text was read."
    text = GROWN.replace("enacted:", f"reading: {read}\nenacted:")

    provision = open_lawbook(write_law(tmp_path, people__grown=text)).provisions["people/grown"]

    assert (PLAIN, read) == (provision.gist, provision.reading)


def test_a_reading_that_is_no_text_is_told_at_its_line(tmp_path: Path) -> None:
    found = complaints(tmp_path, GROWN.replace("enacted:", "reading: 2015\nenacted:"))

    assert "rulesets/people/grown.yaml:6: must be text" in found


# --- numbers of the law in it ---

PARAMETERS = "parameters: {years: 18 years, door: 2.5 meters}\nwhen:\n"
NAMED = MARKED.replace("lived eighteen", "lived {years}").replace(
    "is grown", "and {door} meters is grown"
)


def with_numbers(gist: str) -> str:
    return marked(gist).replace("when:\n", PARAMETERS).replace("at_least: 18", "at_least: $years")


def test_a_gist_names_the_numbers_of_the_law_and_is_told_with_them_written_out(
    tmp_path: Path,
) -> None:
    text = with_numbers(NAMED).replace("enacted:", 'reading: "It is {years}."\nenacted:', 1)
    law = open_lawbook(write_law(tmp_path, people__grown=text))

    provision = law.provisions["people/grown"]
    values = provision.values_on(date(2012, 1, 1))

    assert "has lived eighteen years" == filled(provision.conditions[0].words, values)
    assert "and 2.5 meters is grown up." in filled(provision.gist, values)
    assert "It is eighteen." == filled(provision.reading or "", values)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (20, "twenty"),
        (63, "sixty-three"),
        (100, "a hundred"),
        (101, "101"),
        (85_000, "85,000"),
        (Decimal("1.10"), "1.10"),
        (date(2011, 2, 15), "February 15, 2011"),
    ],
)
def test_a_number_as_running_text_has_it(value: Value, words: str) -> None:
    assert words == spelled(value)


@pytest.mark.parametrize(
    ("gist", "line", "says"),
    [
        (NAMED.replace("{years}", "eighteen"), AT, "eighteen is the value of years; write {years}"),
        (NAMED.replace("{years}", "18"), AT, "18 is the value of years; write {years}"),
        (NAMED.replace("{door}", "2.5"), AT, "2.5 is the value of door; write {door}"),
        (NAMED.replace("{door}", "{gate}"), AT, "there is no parameter gate, which gist names"),
    ],
)
def test_a_number_of_the_law_that_is_written_out_is_told_at_its_line(
    tmp_path: Path, gist: str, line: int, says: str
) -> None:
    found = complaints(tmp_path, with_numbers(gist))

    assert f"rulesets/people/grown.yaml:{line}: {says}" in found


def test_a_number_written_out_in_a_sentence_is_told_at_its_line(tmp_path: Path) -> None:
    text = with_numbers(NAMED)

    found = complaints(tmp_path, text.replace("younger than {required}", "younger than eighteen"))

    assert "rulesets/people/grown.yaml:16: eighteen is the value of years; write {years}" in found
