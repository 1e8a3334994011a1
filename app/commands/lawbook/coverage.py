"""`flask law coverage`: how much of the law is encoded, tried and on what evidence, and what of it
no condition claims.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.commands.output import Screen
from app.law.checking.coverage import GistCoverage, gist_report
from app.law.lawbook import Lawbook
from app.law.provision import EVIDENCE, Provision
from app.law.reading.case_files import case_file_of
from app.law.spans import LAST_DAY, Span

WHOLE, PART, NOTHING = "█", "▒", "·"
_CASE = re.compile(r"^ *- \{?name:", re.MULTILINE)


@dataclass(frozen=True)
class QuestionCoverage:
    """What is encoded for one question."""

    question: str
    provisions: int
    conditions: int
    cases: int
    evidence: Counter[str]

    def document(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "question": self.question,
            "provisions": self.provisions,
            "conditions": self.conditions,
            "cases": self.cases,
            "evidence": {level: self.evidence[level] for level in EVIDENCE if self.evidence[level]},
        }


def cases_of(provision: Provision, folder: Path) -> int:
    """How many cases try a provision; *folder* mirrors the rulesets."""
    file = case_file_of(provision.id, folder)
    return len(_CASE.findall(file.read_text(encoding="utf-8"))) if file.is_file() else 0


def question_coverage(law: Lawbook, cases: Path) -> Iterator[QuestionCoverage]:
    """Provisions, conditions, cases and evidence of each question, over all days and editions; of
    dated evidence the latest.
    """
    for question in law.questions:
        provisions = [p for p in law.provisions.values() if p.answers == question]
        yield QuestionCoverage(
            question,
            len(provisions),
            sum(len(p.conditions) for p in provisions),
            sum(cases_of(p, cases) for p in provisions),
            Counter(p.evidence.latest for p in provisions),
        )


def encoded_spans(law: Lawbook, question: str, edition: str) -> list[Span]:
    """The days on which a question can be answered in an edition."""
    return [standing.span.until(LAST_DAY) for standing in law.standing_laws(question, edition)]


def year_marks(law: Lawbook, question: str, edition: str, years: range) -> str:
    """One mark a year: every day encoded, some, or none."""
    spans = encoded_spans(law, question, edition)
    marks = []
    for year in years:
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = sum(
            (min(span.last or last, last) - max(span.first, first)).days + 1
            for span in spans
            if span.meets(Span(first, last))
        )
        marks.append(NOTHING if not days else WHOLE if days == (last - first).days + 1 else PART)
    return "".join(marks)


def years_told(law: Lawbook) -> range:
    """From the first year in which anything is encoded to the last in which somebody looked for
    later law.
    """
    first = min(question.encoded_from.year for question in law.questions.values())
    checked = [
        e.checked_through.year for e in law.editions.values() if e.checked_through is not None
    ]
    return range(first, max(checked, default=first) + 1)


def coverage_document(law: Lawbook, cases: Path) -> dict[str, object]:
    """The whole report for a program."""
    return {
        "questions": [covered.document() for covered in question_coverage(law, cases)],
        "encoded": {
            edition: {
                question: [
                    [str(span.first), str(span.last)]
                    for span in encoded_spans(law, question, edition)
                ]
                for question in law.questions
            }
            for edition in law.editions
        },
        "unclaimed": [
            {
                "provision": gist.provision.id,
                "words": gist.words,
                "claimed": gist.words_claimed,
                "phrases": list(gist.unclaimed),
            }
            for gist in gist_report(law.provisions.values())
            if gist.unclaimed
        ],
    }


def print_coverage(screen: Screen, law: Lawbook, cases: Path) -> None:
    """The whole report for a reader."""
    _print_questions(screen, list(question_coverage(law, cases)))
    _print_years(screen, law)
    _print_gists(screen, gist_report(law.provisions.values()))


def _print_questions(screen: Screen, covered: list[QuestionCoverage]) -> None:
    screen.line("Encoded law by question", style="bold")
    rows = [
        (
            c.question,
            str(c.provisions),
            str(c.conditions),
            str(c.cases),
            *(str(c.evidence[level] or "") for level in EVIDENCE),
        )
        for c in covered
    ]
    evidence = sum((c.evidence for c in covered), Counter[str]())
    totals = [
        sum(numbers)
        for numbers in zip(*((c.provisions, c.conditions, c.cases) for c in covered), strict=True)
    ]
    rows.append(("together", *map(str, totals), *(str(evidence[level]) for level in EVIDENCE)))
    screen.table(("question", "provisions", "conditions", "cases", *EVIDENCE), rows)


def _print_years(screen: Screen, law: Lawbook) -> None:
    years = years_told(law)
    for name in law.editions:
        screen.heading(f"Days encoded, {years[0]} to {years[-1]}, edition {name}")
        screen.table(
            ("question", "".join(str(year % 10) for year in years)),
            [(id, year_marks(law, id, name, years)) for id in law.questions],
        )
    screen.line(
        f"{WHOLE} whole year   {PART} part of it   {NOTHING} nothing. Above each column: the last "
        "digit of its year."
    )


def _print_gists(screen: Screen, gists: list[GistCoverage]) -> None:
    screen.heading("Parts of each gist without a condition")
    for gist in gists:
        if gist.unclaimed:
            screen.line(
                f"{gist.provision.id}: conditions cover {gist.words_claimed} of {gist.words} words",
                style="bold",
            )
            for phrase in gist.unclaimed:
                screen.line(f"… {phrase}", indent=2)
    whole = sum(not gist.unclaimed for gist in gists)
    screen.line(f"Conditions cover {whole} of {len(gists)} gists completely.")
