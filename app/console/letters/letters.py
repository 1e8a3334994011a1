"""The pages of letters. Each does what an operation of /v1 does, through the same functions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.determinations.stored import is_own, kept
from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service, principal
from app.api.letters.addressing import Wishes
from app.api.letters.again import overtaken_letters, step_of, waiting_alike
from app.api.letters.letters import PDF, ROUTE
from app.api.letters.making import (
    MERGED_AT_MOST,
    Wished,
    about_void,
    as_pdf,
    find,
    found_letters,
    letter_language,
    letters_to_send,
    make,
    note_came_back,
    note_sent,
    own_wishes,
    preview,
    read,
    replacement_of,
)
from app.console.applicants.forms import LANGUAGES
from app.console.ask.fields import Field
from app.console.guard import needs, pages
from app.console.waivers.desk_words import LETTERS
from app.law.fact_types import NotThatFact
from app.law.facts import FactDefinition
from app.letters.page import Addressed, article
from app.letters.translated.language import ENGLISH, NAMES
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.letters.letters import KeptLetter, WantedLetters
from app.waivers.desk import KIND as DESK

LISTED_AT_MOST = 50
SENT_ON = FactDefinition("sent_on", "day", asks="Sent on which day?")
CAME_BACK_ON = FactDefinition("came_back_on", "day", asks="Came back on which day?")
Note = Callable[[KeptLetter, date | None], KeptLetter]


def wished(sent: Mapping[str, str]) -> Wished:
    """The wishes of a form; English in the standard size where it has none."""
    codes, language = current_service().languages.codes, sent.get("language", ENGLISH)
    return Wished(language if language in codes else ENGLISH, sent.get("large_print") == "true")


@pages.get("/answers/<uuid:id>/letter")
@needs("letters.read")
def letter_preview(id: UUID) -> str:
    """The letter of a stored answer as it would be made now, and the ways to have it otherwise."""
    asked, own = _wished_at_first(id)
    one = preview(id, asked)
    return render_template(
        "letters/preview.html",
        id=id,
        wished=asked,
        own=own,
        lacking=None if own is None or letter_language(own.language) else own.language,
        tongues=LANGUAGES,
        letter=_shown(one),
        languages={code: NAMES[code] for code in current_service().languages.codes},
        key=new_id(clock.now()),
        may_make=principal().may("letters.write") and is_own(kept(id).record.organization),
        alike=waiting_alike(one.letter, str(id)),
    )


def _wished_at_first(id: UUID) -> tuple[Wished, Wishes | None]:
    """How the letter is to be: as the form says, else as the person wishes; and these wishes where
    they count.
    """
    if "language" in request.args:
        return wished(request.args), None
    own = own_wishes(id)
    return Wished(letter_language(own.language) or ENGLISH, own.large_print), own


@pages.get("/answers/<uuid:id>/letter.pdf")
@needs("letters.read")
def letter_preview_pdf(id: UUID) -> Response:
    """The preview as a PDF."""
    return Response(as_pdf([preview(id, wished(request.args))]), mimetype=PDF)


@pages.post("/answers/<uuid:id>/letter")
@needs("letters.write")
def make_letter(id: UUID) -> AnyResponse:
    """Make the letter and go on to it. A second click gives the same letter."""
    asked, service = wished(request.form), current_service()
    key, payload = request.form.get("key", "")[:100], f"{id} {asked}".encode()
    with once_under(service, ROUTE, f"page-{key}", payload) as attempt:
        if attempt.earlier is not None:
            assert attempt.earlier.location is not None
            made = attempt.earlier.location.rpartition("/")[2]
        else:
            made = make(id, asked, attempt).id
    return redirect(url_for("pages.kept_letter", id=made), 303)


@pages.get("/letters")
@needs("letters.read")
def letters() -> str:
    """The letters that wait to be sent, and the newest of the others."""
    found = found_letters(WantedLetters(to_send=True), MERGED_AT_MOST)[:MERGED_AT_MOST]
    waiting = [each for each in reversed(found) if isinstance(each, KeptLetter)]
    others = [
        each
        for each in found_letters(WantedLetters(), LISTED_AT_MOST)[:LISTED_AT_MOST]
        if isinstance(each, KeptLetter) and each.sent_on is not None
    ]
    return render_template(
        "letters/list.html",
        waiting=waiting,
        void=about_void(waiting),
        damaged=[each for each in found if isinstance(each, RecordDamaged)],
        others=others,
        about=_abouts([*waiting, *others]),
        overtaken=overtaken_letters(waiting),
        names=NAMES,
        at_most=MERGED_AT_MOST,
    )


@pages.get("/letters/to-send.pdf")
@needs("letters.read")
def letters_pdf() -> Response:
    """The letters that wait to be sent as one PDF."""
    waiting = letters_to_send()
    if not waiting:
        raise Problem("no-letters", "Make letters first.")
    return Response(as_pdf(read(*waiting)), mimetype=PDF)


@dataclass(frozen=True, slots=True)
class _Step:
    """What can be noted of a letter next, with its form."""

    field: Field
    action: str
    says: str


@pages.get("/letters/<uuid:id>")
@needs("letters.read")
def kept_letter(id: UUID) -> str:
    """One letter as it was made, and what can be noted of it."""
    return _letter_page(find(id))


@pages.get("/letters/<uuid:id>/letter.pdf")
@needs("letters.read")
def kept_letter_pdf(id: UUID) -> Response:
    """One letter as a PDF."""
    return Response(as_pdf(read(find(id))), mimetype=PDF)


@pages.post("/letters/<uuid:id>/sent")
@needs("letters.write")
def letter_sent(id: UUID) -> AnyResponse | tuple[str, int]:
    """Note the day on which a letter was sent."""
    return _noted(id, SENT_ON, note_sent)


@pages.post("/letters/<uuid:id>/came-back")
@needs("letters.write")
def letter_came_back(id: UUID) -> AnyResponse | tuple[str, int]:
    """Note the day on which a letter came back."""
    return _noted(id, CAME_BACK_ON, note_came_back)


def _noted(id: UUID, fact: FactDefinition, note: Note) -> AnyResponse | tuple[str, int]:
    letter, field = find(id), Field.sent(fact, request.form)
    if request.form.get("version") != str(letter.version):
        return _letter_page(letter, notice="Somebody noted something else meanwhile."), 412
    try:
        day = None if field.is_empty else date.fromisoformat(str(field.value()))
        note(letter, day)
    except NotThatFact as error:
        field.errors.append(str(error))
    except Problem as problem:
        if not problem.errors:
            return _letter_page(find(id), notice=problem.detail), problem.type.status
        field.errors.append(problem.errors[0].detail)
    if field.errors:
        return _letter_page(letter, field), 422
    return redirect(url_for("pages.kept_letter", id=id), 303)


def _letter_page(letter: KeptLetter, field: Field | None = None, notice: str | None = None) -> str:
    [one] = read(letter)
    return render_template(
        "letters/kept.html",
        kept=letter,
        letter=_shown(one),
        language=NAMES[letter.language],
        replaced_by=replacement_of(letter),
        is_overtaken=bool(overtaken_letters([letter])),
        is_void=bool(about_void([letter])),
        step=_next_step(letter, field) if principal().may("letters.write") else None,
        notice_words=notice,
    )


def _next_step(letter: KeptLetter, field: Field | None) -> _Step | None:
    today = clock.today().isoformat()
    if letter.sent_on is None:
        return _Step(
            field or Field.of(SENT_ON, today), "pages.letter_sent", "Note that it was sent"
        )
    if letter.came_back_on is None:
        action = "pages.letter_came_back"
        return _Step(field or Field.of(CAME_BACK_ON, today), action, "Note that it came back")
    return None


def _abouts(letters: Iterable[KeptLetter]) -> Mapping[str, str]:
    """What each letter is about, in words; of one of the waiver desk also which one it is."""
    found = {}
    for each in letters:
        step = step_of(each)
        named = "" if step is None else f": {LETTERS[step]}"
        found[each.id] = f"A waiver request{named}" if each.kind == DESK else "An answer"
    return found


def _shown(one: Addressed) -> str:
    return article(one, current_service().languages.statements, level=2)
