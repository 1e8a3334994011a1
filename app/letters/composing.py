"""From a determination's document to a letter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.law.lawbook import Lawbook
from app.law.questions import Question
from app.law.words import day_in_words, number_in_words, span_in_words
from app.letters.fitting import Ranked, fitted
from app.letters.letter import Letter, Line, Section, SectionName
from app.letters.template import Template, template
from app.letters.translated.speech import Said, Speech

MUST, SHOULD, MAY, COULD = 0, 1, 2, 3
"""How much a sentence matters: those that matter least go first where a letter would be too
long. What the person has a right to never goes: to whom to turn if the answer seems wrong, and that
the office checks the facts again.
"""
QUESTIONS_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """How a letter is to be: by whom it is sent, on which day, in which print. *number* is the one
    that people say on the telephone. *speech* says it in another language; without it the letter is
    in English. *address* and *contact* are those of the office, as its record has them. One that
    *is_replaced* says so: a later answer took the place of what it tells.
    """

    dated: date
    large_print: bool = False
    office: str | None = None
    speech: Speech | None = None
    number: str | None = None
    address: str | None = None
    contact: str | None = None
    is_replaced: bool = False

    def say(self, english: str) -> Line:
        """A whole sentence, such as one of the law's, as far as the language has it."""
        return _line(english, None if self.speech is None else self.speech.say(english))

    def fill(self, name: str, **words: str) -> Line:
        """One of the letters' own sentences, filled in, as far as the language has it."""
        sentence = template().sentences[name]
        said = None if self.speech is None else self.speech.fill(sentence, words)
        return _line(sentence.format(**words), said)


def _line(english: str, said: Said | None) -> Line:
    return Line(english) if said is None else Line(english, said.text, reviewed=said.is_reviewed)


def compose(lawbook: Lawbook, document: Mapping[str, Any], wish: Wish) -> Letter:
    """The letter of a stored determination, from its document as it was issued."""
    return _Composing(lawbook, document, wish).letter()


class _Composing:
    def __init__(self, lawbook: Lawbook, document: Mapping[str, Any], wish: Wish) -> None:
        self.lawbook, self.document, self.wish = lawbook, document, wish
        self.own: Template = template()
        self.outcome: str = document["outcome"]

    @property
    def question(self) -> Question | None:
        """The question as it is asked today; none where it is no longer."""
        return self.lawbook.questions.get(self.document["question"])

    @property
    def is_favorable(self) -> bool:
        """Whether the outcome is what the person wants."""
        favorable = "eligible" if self.question is None else self.question.favorable
        return self.outcome == favorable

    def letter(self) -> Letter:
        sections = {
            "action": (self.wish.say(self.document["says"]), list(self._action())),
            "why": (self.wish.fill("heading-why"), list(self._why())),
            "do": (self._do_heading(), list(self._do())),
            "note": (self.wish.fill("heading-note"), list(self._note())),
            "ask": (self.wish.fill("heading-ask"), list(self._ask())),
            "law": (self.wish.fill("heading-law"), list(self._law())),
        }
        kept, was_cut = fitted(sections, self.wish.large_print, self.wish.speech is not None)
        if was_cut:
            kept["ask"] = (*kept["ask"], self.wish.fill("main-points"))
        found = tuple(
            Section(_name(name), heading, kept[name])
            for name, (heading, _) in sections.items()
            if kept[name] or name == "action"
        )
        head = tuple(self._head())
        return Letter(
            self.own.version,
            self.document["id"],
            "en" if self.wish.speech is None else self.wish.speech.code,
            self.wish.large_print,
            self.wish.dated,
            head,
            found,
            tuple(
                notices(self.wish, [*head, *(li for s in found for li in (s.heading, *s.lines))])
            ),
        )

    # --- the parts, in their order ---

    def _head(self) -> Iterator[Line]:
        yield self.wish.fill("dated", day=day_in_words(self.wish.dated))
        if self.document.get("subject"):
            yield self.wish.fill("reference", reference=self.document["subject"])
        yield self.wish.fill("number", number=self.wish.number or self.document["id"])

    def _action(self) -> Iterator[Ranked]:
        if self.wish.is_replaced:
            yield self.wish.fill("replaced"), MUST
        day = day_in_words(date.fromisoformat(self.document["as_of"]))
        if day not in self.document["says"]:
            yield self.wish.fill("for-day", day=day), MUST
        if self.outcome not in ("eligible", "ineligible"):
            return
        ground = self._ground()
        if ground is not None:
            yield self.wish.fill("ground", title=ground), SHOULD
        for what, value in self._concluded():
            yield self.wish.fill("concluded", what=what, value=value), MAY

    def _ground(self) -> str | None:
        """The title of the provision that lets the person in."""
        reasons = [
            r for r in self.document["reasons"] if r["decisive"] and r["status"] == "applies"
        ]
        leading = [r for r in reasons if r.get("leads")] or reasons
        return leading[0]["title"] if leading and self.is_favorable else None

    def _concluded(self) -> Iterator[tuple[str, str]]:
        """What follows and is not said yet: each with its name in words."""
        concludes = {} if self.question is None else self.question.concludes
        for name, value in self.document["concludes"].items():
            if name not in concludes or concludes[name].type == "choice":
                continue  # a choice is a code, not words
            words = value_in_words(value)
            if words is not None and words not in self.document["says"]:
                yield _capital(concludes[name].describes), words

    def _why(self) -> Iterator[Ranked]:
        changes = {change["says"] for change in self.document["would_change"]}
        number = 0
        for says in self.document["because"]:
            if says not in changes:
                if self.outcome == "undetermined":  # it is among what to send
                    yield self.wish.say(says), MAY
                else:
                    yield self.wish.say(says), SHOULD if number else MUST
                number += 1

    def _do_heading(self) -> Line:
        names = {"undetermined": "heading-send", "referred": "heading-decides"}
        return self.wish.fill(names.get(self.outcome, "heading-do"))

    def _do(self) -> Iterator[Ranked]:
        if self.outcome == "undetermined":
            yield from self._to_send()
            return
        told = [
            line for parts in (self._deadlines(), self._ways(), self._steps()) for line in parts
        ]
        yield from told
        if self.outcome == "referred":
            yield self.wish.fill("show-letter"), MUST
        elif not told and self.is_favorable:
            yield self.wish.fill("no-next-act"), MUST
        elif not told:
            yield self.wish.fill("no-way-found"), MUST
        if self.is_favorable and self.document["valid_until"]:
            day = day_in_words(date.fromisoformat(self.document["valid_until"]))
            yield self.wish.fill("holds-through", day=day), MAY

    def _to_send(self) -> Iterator[Ranked]:
        needs = [need["asks"] for need in self.document["needs"]][:QUESTIONS_AT_MOST]
        if needs:
            yield self.wish.fill("send-answers"), MUST
        for number, asks in enumerate(needs):
            yield self.wish.say(asks), MUST if number == 0 else SHOULD
        days = [each["on"] for each in self.document["deadlines"] if each["by"] == "applicant"]
        if days:
            day = day_in_words(date.fromisoformat(days[0]))
            yield self.wish.fill("send-by", day=day), MUST
        else:
            yield self.wish.fill("send-soon"), MUST
        for line, rank in self._steps():
            yield line, max(rank, SHOULD)

    def _deadlines(self) -> Iterator[Ranked]:
        own = [each for each in self.document["deadlines"] if each["by"] == "applicant"]
        others = [each for each in self.document["deadlines"] if each["by"] != "applicant"]
        for number, each in enumerate([*own, *others]):
            yield self.wish.say(each["do"]), MUST if own and number == 0 else MAY

    def _ways(self) -> Iterator[Ranked]:
        """The next way to another answer that the person can take or wait for."""
        if self.is_favorable:
            return
        favorable = "eligible" if self.question is None else self.question.favorable
        ways = [
            change["says"]
            for change in self.document["would_change"]
            if change["becomes"] == favorable
            and change["kind"] in ("later", "act")
            and (change["kind"] == "later" or change.get("open_to_applicant"))
        ]
        ways.sort(key=lambda says: says not in self.document["because"])
        for number, says in enumerate(ways[:3]):
            yield self.wish.say(says), MUST if number == 0 else MAY

    def _steps(self) -> Iterator[Ranked]:
        steps = [step["says"] for step in self.document["next_steps"]]
        for number, says in enumerate(steps):
            is_oversight = number == len(steps) - 1
            yield self.wish.say(says), MUST if number == 0 or is_oversight else MAY

    def _note(self) -> Iterator[Ranked]:
        for caution in self.document["cautions"]:
            yield self.wish.say(caution), COULD

    def _ask(self) -> Iterator[Ranked]:
        subject, office = self.document.get("subject"), self.wish.office
        if subject and office:
            yield self.wish.fill("ask-office", office=office, reference=subject), MUST
        else:
            yield self.wish.fill("ask-sender"), MUST
        for line in reaching(self.wish):
            yield line, MUST
        if not self.is_favorable:
            yield self.wish.fill("ask-again"), MUST

    def _law(self) -> Iterator[Ranked]:
        cited = dict[str, None]()
        for reason in self.document["reasons"]:
            if reason["decisive"]:
                citation = reason["citation"]
                under = f" ({citation['under']})" if citation.get("under") else ""
                cited[f"{citation['instrument']}{under}"] = None
        for number, citation in enumerate(cited):
            yield Line(citation, citation, reviewed=True), MUST if number == 0 else COULD


def notices(wish: Wish, lines: list[Line]) -> Iterator[Line]:
    """What is to be known of the translation of these lines."""
    if wish.speech is None:
        return
    if not all(line.reviewed for line in lines):
        yield wish.fill("unreviewed")
    if any(line.text is None for line in lines):
        yield wish.fill("english-alone")


def reaching(wish: Wish) -> Iterator[Line]:
    """Where the office is and how it is reached, as far as its record says."""
    if wish.address:
        yield wish.fill("office-address", address=wish.address)
    if wish.contact:
        yield wish.fill("office-contact", contact=wish.contact)


def value_in_words(value: object) -> str | None:
    """A conclusion of a document in English words; None where it has no words of its own."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return number_in_words(value)
    if isinstance(value, list):
        first, last = value
        return span_in_words(
            date.fromisoformat(first), None if last is None else date.fromisoformat(last)
        )
    if not isinstance(value, str):
        return None
    try:
        return day_in_words(date.fromisoformat(value))
    except ValueError:
        return value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _name(name: str) -> SectionName:
    return name  # type: ignore[return-value]  # the keys above
