"""Letters of every outcome of every question on real paper: pages, tags, order of the text, and
what each kind of letter says.
"""

import io
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import orjson
import pdfua
import pikepdf
import pytest

from app.determinations.cases.case import Case, make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.determination import Issue
from app.determinations.errors import FactsContradict, FactsRefused
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.relevance import Relevance
from app.law.errors import LawNotEncoded
from app.letters.composing import Wish, compose
from app.letters.fonts import unprintable
from app.letters.letter import Addressee, Letter, decode_letter, encode_letter
from app.letters.page import Addressed, document
from app.letters.pdf import NoPango, pdf_of
from app.letters.template import template
from app.letters.translated.languages import Languages
from tests.case_files import ROOT, case_files, nested
from tests.machine import require, require_program

NUMBER = "01925b1e-7e3f-7000-8000-000000000000"
TO = Addressee(
    "Ángela María O’Brien-Fernández de la Cruz",
    ("1234 Massachusetts Avenue, Apartment 56", "Somerville, MA 02143-1234"),
)
NAMED_SKIPS = {"UA-14-001"}
"""Rules that pdfua skips after an error of its own."""
Kind = tuple[str, str]
"""A question and an outcome."""


@pytest.fixture(scope="module")
def documents(decider: Decider) -> Mapping[Kind, Mapping[str, Any]]:
    """A determination for each outcome of each question that a worked case comes to."""
    lawbook, found = decider.lawbook, dict[Kind, Mapping[str, Any]]()
    issue = Issue(NUMBER, datetime(2026, 11, 29, tzinfo=UTC), "case-1047")
    for file in case_files().values():
        for case in file.cases:
            question = lawbook.provisions[case.provision].answers
            try:
                facts = read_facts(lawbook, question, nested(dict(case.given)))
                edition = case.edition or lawbook.default_edition
                asked = make_case(lawbook, question, facts, case.as_of, edition, case.decided_on)
                if (question, outcome_of(decider, asked)) in found:
                    continue
                decided = decider.decide(asked)
            except (LawNotEncoded, FactsRefused, FactsContradict):
                continue
            if (question, decided.outcome) not in found:
                text = decided.json("full", issue)
                found[question, decided.outcome] = orjson.loads(text)
    return found


def outcome_of(decider: Decider, case: Case) -> str:
    """The outcome alone, found in half the time of a decision."""
    by_logic = decider.outcome_by_logic(case)
    if by_logic != "undetermined":
        return by_logic
    law = decider.lawbook.standing(case.question, case.as_of, case.edition)
    known = Knowledge.of(decider.facts_in_play(law), case.facts, case.as_of)
    return Relevance(known).outcome


@pytest.fixture(scope="module")
def languages(decider: Decider) -> Languages:
    return Languages(ROOT / "languages", decider.lawbook)


@pytest.fixture(scope="module", autouse=True)
def pango() -> None:
    """Go on only where PDFs can be made."""
    try:
        pdf_of([], ())
    except NoPango as error:
        require(False, str(error))
    except IndexError:
        pass  # no letter, but everything that makes one


def letter_of(
    languages: Languages,
    document: Mapping[str, Any],
    decider: Decider,
    language: str = "en",
    large: bool = False,
) -> Letter:
    wish = Wish(date(2026, 11, 29), large, "county-office", languages.speech(language))
    return compose(decider.lawbook, document, wish)


def text_of(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page, in the order in which it is drawn."""
    file = folder / "letter.pdf"
    file.write_bytes(pdf)
    command = [require_program("pdftotext"), "-raw", str(file), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("large", [False, True])
def test_each_letter_has_one_page_or_two_in_large_print_or_three_beside_english(
    documents: Mapping[Kind, Mapping[str, Any]],
    languages: Languages,
    decider: Decider,
    tmp_path: Path,
    language: str,
    large: bool,
) -> None:
    letters = [letter_of(languages, each, decider, language, large) for each in documents.values()]
    pages = text_of(pdf_of([Addressed(one, TO) for one in letters], languages.statements), tmp_path)
    starts = [number for number, page in enumerate(pages) if TO.lines[1] in page]
    lengths = [
        end - start for start, end in zip(starts, [*starts[1:], len(pages) - 1], strict=True)
    ]

    most = 1 + large + (large and language != "en")
    assert len(documents) > 70
    assert len(documents) == len(starts)
    too_long = [kind for kind, n in zip(documents, lengths, strict=True) if n > most]
    assert [] == too_long


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("large", [False, True])
def test_no_letter_leaves_out_what_the_person_has_a_right_to(
    documents: Mapping[Kind, Mapping[str, Any]],
    languages: Languages,
    decider: Decider,
    language: str,
    large: bool,
) -> None:
    lacking = []
    for kind, decided in documents.items():
        favorable = decider.lawbook.questions[kind[0]].favorable
        letter = letter_of(languages, decided, decider, language, large)
        said = {line.english for line in letter.lines}
        rights = [step["says"] for step in decided["next_steps"][-1:]]
        if decided["outcome"] == "undetermined":
            rights = []
        if decided["outcome"] != favorable:
            rights.append(template().sentences["ask-again"])
        lacking += [(kind, right) for right in rights if right not in said]

    assert [] == lacking


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("outcome", ["eligible", "ineligible", "undetermined", "referred"])
def test_a_pdf_has_no_findings_and_reads_as_the_page(
    documents: Mapping[Kind, Mapping[str, Any]],
    languages: Languages,
    decider: Decider,
    tmp_path: Path,
    outcome: str,
    language: str,
) -> None:
    decided = documents["enrollment.permitted", outcome]
    one = Addressed(letter_of(languages, decided, decider, language), TO)
    pdf = pdf_of([one], languages.statements)
    text = squeezed("".join(text_of(pdf, tmp_path)))
    page = document([one], languages.statements)
    body = page.partition("<body>")[2].partition('<ul class="letter-statements">')[0]
    report = pdfua.validate(tmp_path / "letter.pdf")
    skipped = {each.rule_id for each in report.outcomes if each.skipped_reason}

    assert ((), set()) == (report.findings, skipped - NAMED_SKIPS)
    assert squeezed(unescape(re.sub(r"<[^>]*>", "", body))) == text.partition("Helpwithlang")[0]
    assert language == pikepdf.open(io.BytesIO(pdf)).Root.Lang


def section(letter: Letter, name: str) -> list[str]:
    return [line.english for each in letter.sections if each.name == name for line in each.lines]


def test_a_denial_says_why_and_the_next_way_in(
    documents: Mapping[Kind, Mapping[str, Any]], languages: Languages, decider: Decider
) -> None:
    decided = documents["enrollment.permitted", "ineligible"]
    letter = letter_of(languages, decided, decider)
    names = [each.name for each in letter.sections]

    assert decided["says"] == letter.sections[0].heading.english
    assert ["action", "why", "do", "ask", "law"] == [name for name in names if name != "note"]
    assert decided["because"][0] == section(letter, "why")[0]
    assert any("We found no law that lets you appeal" in each for each in section(letter, "do"))


def test_an_open_question_says_what_to_send(
    documents: Mapping[Kind, Mapping[str, Any]], languages: Languages, decider: Decider
) -> None:
    for kind, decided in documents.items():
        if kind[1] == "undetermined" and decided["needs"]:
            do = section(letter_of(languages, decided, decider), "do")

            assert "Please send us the answer to each question:" == do[0]
            assert decided["needs"][0]["asks"] in do, kind
            assert [each for each in do if each.startswith(("Send it by", "We found no last day"))]


def test_a_yes_says_its_ground_and_a_referral_who_decides(
    documents: Mapping[Kind, Mapping[str, Any]], languages: Languages, decider: Decider
) -> None:
    yes = letter_of(languages, documents["enrollment.permitted", "eligible"], decider)
    referred = letter_of(languages, documents["enrollment.permitted", "referred"], decider)

    assert any(each.startswith("Your ground: ") for each in section(yes, "action"))
    assert not any(each.startswith("The ground of enrollment") for each in section(yes, "action"))
    assert "Show this letter to the person or office that decides." in section(referred, "do")
    heading = next(each.heading for each in referred.sections if each.name == "do")
    assert "Who decides" == heading.english


def test_no_letter_of_another_language_goes_alone(
    documents: Mapping[Kind, Mapping[str, Any]], languages: Languages, decider: Decider
) -> None:
    for decided in documents.values():
        letter = letter_of(languages, decided, decider, "es")
        page = document([Addressed(letter, TO)], languages.statements)

        assert letter.is_beside
        assert "The Spanish text is not reviewed yet." in page
        for line in letter.lines:
            assert unescape(page).count(line.english)


def test_days_and_figures_are_the_same_beside_the_english(
    documents: Mapping[Kind, Mapping[str, Any]], languages: Languages, decider: Decider
) -> None:
    translated = 0
    for decided in documents.values():
        for line in letter_of(languages, decided, decider, "es").lines:
            if line.text is not None:
                translated += 1
                figures = [sorted(re.findall(r"\d+", text)) for text in (line.english, line.text)]
                years = set(figures[0]) ^ set(figures[1])

                assert not years, line

    assert translated > 500


def test_a_stored_letter_comes_back_as_it_was(
    documents: Mapping[Kind, Mapping[str, Any]], languages: Languages, decider: Decider
) -> None:
    for decided in documents.values():
        letter = letter_of(languages, decided, decider, "es", True)

        assert letter == decode_letter(encode_letter(letter).decode())


def test_letters_of_many_scripts_have_glyphs_and_others_are_named() -> None:
    assert [] == unprintable("Łukasz Ñuñez Ёлка 王秀英 علي ສົມ សុខ O’Brien – § 3")
    assert ["\U0001f409"] == unprintable("Ana \U0001f409\U0001f409")
