"""What goes out: the letter to the applicant after a step, and the message to the carrier, as
sentences. The letters' words stand in `template.yaml`; days come from determinations.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from app.law.words import day_in_words
from app.letters.letter import SectionName
from app.letters.template import template
from app.records.waivers.waiver_requests import WaiverRequest
from app.waivers.deciding import Advice, Rationale, Remark, Said
from app.waivers.whole import EXACTLY

_TO_CARRIER: Mapping[str, str] = {
    "grant": "The Office of Patient Protection granted an enrollment waiver for {whom}.",
    "deny": "The Office of Patient Protection denied an enrollment waiver for {whom}.",
    "return": "The Office of Patient Protection returned the waiver request for {whom}.",
    "not-needed": "The person with {whom} needs no enrollment waiver.",
}


class Sentence(NamedTuple):
    """A sentence of a letter, and the section where it stands. The first one says what happened."""

    says: str
    section: SectionName


def sealed_letter(sentences: Sequence[Sentence]) -> dict[str, Any]:
    """A letter as a step seals it."""
    return {
        "letter": [each.says for each in sentences],
        "sections": [each.section for each in sentences],
    }


def letter_of(content: Mapping[str, Any]) -> list[Sentence]:
    """The letter that a step sealed; empty where it has none. Steps of earlier versions named no
    sections.
    """
    says: list[str] = content.get("letter", [])
    sections = content.get("sections") or ["action"] * len(says)
    return [Sentence(*each) for each in zip(says, sections, strict=True)]


@dataclass(frozen=True, slots=True)
class Told:
    """What a decision tells: *tell_by* is the last day to tell the carrier if the letter arrives on
    the day it is written, *way_in* the title of the other way to enroll.
    """

    step: str
    written_on: date
    advice: Advice
    rationale: Rationale
    papers: Sequence[Mapping[str, str]]
    tell_by: date | None = None
    way_in: str | None = None


def letter(told: Told) -> list[Sentence]:
    """The letter about a decision: what was decided, why, what to do by when."""
    return [Sentence(_says(told.step), "action"), *_why(told), *_to_do(told)]


def missing_letter(kinds: Iterable[str], by: date, exactly: Iterable[str] = ()) -> list[Sentence]:
    """The letter about the kinds of papers that are missing, and the day by which they are to come:
    that on which the Office looks again. Where codes say *exactly* what is missing of a kind, they
    stand in its place.
    """
    day = day_in_words(by)
    codes = list(exactly)
    names: list[str] = []
    for kind in kinds:
        of_kind = [f"exactly-{code}" for code in codes if EXACTLY[code] == kind]
        names += of_kind or [f"missing-{kind}"]
    return [
        Sentence(_says("incomplete"), "action"),
        Sentence(_says("look-again", day=day), "action"),
        Sentence(_says("send-papers", day=day), "do"),
        *(Sentence(_says(name), "do") for name in names),
    ]


def withdrawn_letter(
    said_by: str, said_on: date, last_day: date | None, today: date
) -> list[Sentence]:
    """The letter about a request that is withdrawn: who said so, and until when one can ask again;
    *last_day* is none where receipt of the denial is not known.
    """
    found = [
        Sentence(_says("withdraw"), "action"),
        Sentence(_says(f"said-by-{said_by}", day=day_in_words(said_on)), "action"),
        Sentence(_says("undecided"), "action"),
    ]
    if last_day is not None:
        name = "new-request" if today <= last_day else "last-day-was"
        found.append(Sentence(_says(name, day=day_in_words(last_day)), "do"))
    return [*found, Sentence(_says("mistake"), "do")]


def corrected_letter(to: str) -> list[Sentence]:
    """The letter about a corrected decision."""
    names = ("corrected", "grant" if to == "granted" else "deny", "replaces")
    found = [Sentence(_says(name), "action") for name in names]
    if to == "granted":
        found += [Sentence(_says(name), "do") for name in ("tell-carrier", "tell-from-receipt")]
    return found


def message(request: WaiverRequest, step: str) -> list[str]:
    """The sentences of the message to the carrier, without circumstances and reasons."""
    whom = f"waiver request {request.id}"
    if request.denial_subject is not None:
        whom = f"your reference {request.denial_subject}"
    sentences = [_TO_CARRIER[step].format(whom=whom)]
    if request.denial is not None:
        sentences.append(f"It is about your denial {request.denial}.")
    return sentences


def _says(name: str, **words: str) -> str:
    return template().of_desk[name].format(**words)


def _to_do(told: Told) -> Iterator[Sentence]:
    if told.step == "grant":
        yield Sentence(_says("tell-carrier"), "do")
        if told.tell_by is not None:
            written, last = day_in_words(told.written_on), day_in_words(told.tell_by)
            yield Sentence(_says("tell-by", written=written, last=last), "do")
            yield Sentence(_says("tell-later"), "do")
    if told.way_in is not None:
        yield Sentence(_says("other-way", title=told.way_in), "do")
    if told.step in ("deny", "return"):
        yield from (Sentence(says, "do") for says in told.advice.next_steps)


def _why(told: Told) -> Iterator[Sentence]:
    """The reasons, each once: what the decision relies on first, what was left open last."""
    says = {finding.key: finding.says for finding in told.advice.findings}
    remarks = sorted(told.rationale.remarks, key=lambda each: list(Said).index(each.said))
    reasons = (_to_finding(each, says[each.finding], told.papers) for each in remarks)
    yield from (Sentence(each, "why") for each in dict.fromkeys(reasons))


def _to_finding(remark: Remark, says: str, papers: Sequence[Mapping[str, str]]) -> str:
    if remark.said is Said.RELIED_ON:
        return says
    quoted = _says("finding", finding=says)
    if remark.said is Said.CONTRADICTED and remark.paper is not None:
        paper = papers[remark.paper - 1]
        day = day_in_words(date.fromisoformat(paper["received_on"]))
        kind = _says(f"paper-{paper['kind']}")
        return f"{quoted} {_says('otherwise', paper=kind, day=day)}"
    because = _says(f"because-{remark.because}")
    return f"{quoted} {_says('left-open', because=because)}"
