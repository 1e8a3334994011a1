"""The letter of a step at the waiver desk, from the sentences that the step sealed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.law.words import day_in_words
from app.letters.composing import MUST, SHOULD, Wish, notices
from app.letters.fitting import Ranked, fitted
from app.letters.letter import Letter, Line, Section, SectionName
from app.letters.template import template


class OfDesk(NamedTuple):
    """What a letter is about: the *request*, the *reference* of its person, whether it asks for
    papers.
    """

    request: str
    reference: str
    asks_for_papers: bool


def compose_sealed(
    sentences: Sequence[tuple[str, SectionName]], about: OfDesk, wish: Wish
) -> Letter:
    """The letter with these *sentences*, each with its section; the first one says what happened.
    The wish has the day on which the step was taken.
    """
    (says, _), *others = sentences
    sections = {
        "action": (wish.say(says), _ranked("action", others, wish)),
        "why": (wish.fill("heading-why"), _ranked("why", others, wish)),
        "do": (
            wish.fill("heading-send" if about.asks_for_papers else "heading-do"),
            _ranked("do", others, wish),
        ),
        "ask": (wish.fill("heading-ask"), [(_ask(about, wish), MUST)]),
    }
    kept, was_cut = fitted(sections, wish.large_print, wish.speech is not None)
    if was_cut:
        kept["ask"] = (*kept["ask"], wish.fill("main-points"))
    found = tuple(
        Section(name, sections[name][0], kept[name])
        for name in _NAMES
        if kept[name] or name == "action"
    )
    head = tuple(_head(about, wish))
    lines = [*head, *(line for each in found for line in (each.heading, *each.lines))]
    return Letter(
        template().version,
        about.request,
        "en" if wish.speech is None else wish.speech.code,
        wish.large_print,
        wish.dated,
        head,
        found,
        tuple(notices(wish, lines)),
    )


_NAMES: tuple[SectionName, ...] = ("action", "why", "do", "ask")


def _ranked(
    section: SectionName, sentences: Sequence[tuple[str, SectionName]], wish: Wish
) -> list[Ranked]:
    """The sentences of a section. Of several reasons the first one always stays, as does what to
    do.
    """
    found = [wish.say(says) for says, of in sentences if of == section]
    return [(line, SHOULD if section == "why" and n else MUST) for n, line in enumerate(found)]


def _head(about: OfDesk, wish: Wish) -> Iterator[Line]:
    yield wish.fill("dated", day=day_in_words(wish.dated))
    yield wish.fill("reference", reference=about.reference)
    yield wish.fill("number-of-request", number=about.request)


def _ask(about: OfDesk, wish: Wish) -> Line:
    if wish.office is None:
        return wish.fill("ask-sender-of-request")
    return wish.fill("ask-office", office=wish.office, reference=about.reference)
