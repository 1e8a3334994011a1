"""What the views and the pages of letters do: preview, make, read, note."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import orjson

from app import clock
from app.api.determinations.stored import kept as kept_determination
from app.api.determinations.stored import kept_own
from app.api.determinations.stored import note as note_determination
from app.api.determinations.voiding import already_void
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import Problem, Wrong, changed_since
from app.api.http.asked.idempotency import IdempotentRequest
from app.api.http.service import current_service, origin, principal
from app.api.letters.addressing import Wishes, addressee_of, wishes_of
from app.api.organizations.organizations import register
from app.api.records.numbers import HEADER, number_header
from app.api.records.searching import note_search
from app.letters.composing import Wish, compose
from app.letters.letter import Letter, decode_letter, encode_letter
from app.letters.page import Addressed
from app.letters.pdf import NoPango, Unprintable, pdf_of
from app.letters.translated.language import ENGLISH
from app.letters.translated.speech import Speech
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.letters.letters import (
    KIND,
    KeptLetter,
    LetterChanged,
    WantedLetters,
    change_letter,
    content_digest,
    find_letter,
    keep_letter,
    list_letters,
)
from app.records.verifying.chains import Link, link
from app.records.voiding.voids import void_among

DETERMINATION = "determination"
MERGED_AT_MOST = 100
"""Letters in one PDF."""


@dataclass(frozen=True, slots=True)
class Wished:
    """How a letter is to be, as a caller says it."""

    language: str
    large_print: bool


def wished_for(id: UUID, language: str | None, large_print: bool | None) -> Wished:
    """How the letter of a determination is to be: as a caller says, and where one says nothing, as
    the person wishes; in English where there is no catalogue for the person's language.

    Raises:
        Problem: unknown-determination.
        RecordDamaged, RecordsUnavailable: the determination cannot be read.
    """
    if language is not None and large_print is not None:
        return Wished(language, large_print)
    own = own_wishes(id)
    return Wished(
        language or letter_language(own.language) or ENGLISH,
        own.large_print if large_print is None else large_print,
    )


def own_wishes(id: UUID) -> Wishes:
    """How the person whom a determination is about wants letters.

    Raises:
        Problem, RecordDamaged, RecordsUnavailable: see `wished_for`.
    """
    record = kept_determination(id).record
    return wishes_of(record.subject, record.organization)


def letter_language(tag: str | None) -> str | None:
    """The language of letters that a tag such as `es-MX` names; none where letters lack it."""
    code = "" if tag is None else tag.partition("-")[0].lower()
    return code if code in current_service().languages.codes else None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter is about: the kind and id of a record, the question that it answers, and the
    pair of the person.
    """

    kind: str
    id: str
    question: str
    subject: str | None
    organization: str | None


def preview(id: UUID, wished: Wished) -> Addressed:
    """The letter of a determination as it would be made now. Nothing is stored.

    Raises:
        Problem: unknown-determination; already-void; language-missing, where there is no catalogue
            for it.
        RecordDamaged, RecordsUnavailable: the determination cannot be read.
    """
    found = kept_determination(id)
    record = found.record
    note_determination("determination.read", record.id)
    return Addressed(_composed(found, wished), addressee_of(record.subject, record.organization))


def make(id: UUID, wished: Wished, attempt: IdempotentRequest) -> KeptLetter:
    """Make the letter of a determination and keep it, with its audit entry.

    Raises:
        Problem: as `preview`; another-organization.
        AlreadyAnswered, RecordsUnavailable: nothing was stored.
    """
    found = kept_own(id, "letter.made")
    of = found.record
    about = Matter(DETERMINATION, of.id, of.question, of.subject, of.organization)
    return keep(about, _composed(found, wished), wished, attempt)


def keep(about: Matter, letter: Letter, wished: Wished, attempt: IdempotentRequest) -> KeptLetter:
    """Keep a letter, with its audit entry; it waits to be sent.

    Raises:
        AlreadyAnswered, RecordsUnavailable: nothing was stored.
    """
    content, now = encode_letter(letter).decode(), clock.now()
    kept = KeptLetter(
        id=new_id(now),
        kind=about.kind,
        object_id=about.id,
        question=about.question,
        subject=about.subject,
        organization=about.organization,
        template=letter.template,
        language=wished.language,
        large_print=wished.large_print,
        content=content,
        content_digest=content_digest(content),
        made_by=principal().actor,
        made_at=now,
    )
    answer = attempt.created("/v1/letters")(kept.id)
    audit = origin().did("letter.made", kept.id, kind=KIND)
    keep_letter(current_service().store, kept, audit, answer)
    return kept


def make_as_wished(
    id: UUID, language: str | None, large_print: bool | None, attempt: IdempotentRequest
) -> KeptLetter:
    """Make the letter of a determination as `wished_for` says, and keep it.

    Raises:
        Problem, AlreadyAnswered, RecordDamaged, RecordsUnavailable: see `make`.
    """
    wished = wished_for(id, language, large_print)
    if language is None or large_print is None:
        record = kept_determination(id).record
        addressee_of(record.subject, record.organization)  # it enters that the record was read
    return make(id, wished, attempt)


def _composed(found: Link, wished: Wished) -> Letter:
    if found.voided is not None:
        raise already_void(found.voided)
    service, record = current_service(), found.record
    wish = Wish(
        dated=clock.today(),
        large_print=wished.large_print,
        **of_office(record.organization),
        number=number_header(DETERMINATION, record.id).get(HEADER),
        speech=language_of(wished),
        is_replaced=found.replaced_by is not None,
    )
    return compose(service.lawbook, orjson.loads(record.document), wish)


def of_office(id: str | None) -> dict[str, Any]:
    """How a letter names the office that sends it, and where it is reached, as its record says."""
    found = None if id is None else register().organizations.find(id)
    if found is None:
        return {"office": id}
    return {"office": found.name, "address": found.address, "contact": found.contact}


def language_of(wished: Wished) -> Speech | None:
    """What says a letter in the language that a caller wants; none for English.

    Raises:
        Problem: language-missing.
    """
    languages = current_service().languages
    if wished.language not in languages.codes:
        raise Problem("language-missing", f"Send one of {', '.join(languages.codes)}.")
    return languages.speech(wished.language)


def find(id: UUID) -> KeptLetter:
    """A letter that the caller may see.

    Raises:
        Problem: unknown-letter.
        RecordDamaged: it is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    found = find_letter(current_service().store, str(id), principal().reach)
    if found is None:
        raise Problem("unknown-letter", "No letter has this id.")
    return found


def read(*letters: KeptLetter) -> list[Addressed]:
    """What letters say and to whom, with an audit entry for each.

    Raises:
        RecordDamaged: one cannot be read.
        RecordsUnavailable: the database is unavailable.
    """
    by = origin()
    current_service().store.note(*(by.did("letter.read", each.id, kind=KIND) for each in letters))
    return [
        Addressed(_content(each), addressee_of(each.subject, each.organization)) for each in letters
    ]


def _content(letter: KeptLetter) -> Letter:
    try:
        return decode_letter(letter.content)
    except msgspec.DecodeError:
        raise RecordDamaged(KIND, letter.id) from None


def replacement_of(letter: KeptLetter) -> str | None:
    """The determination that took the place of the one that a letter tells of; none where that one
    stands, where the letter is about something else, or where the caller may not see it.

    Raises:
        RecordDamaged, RecordsUnavailable: the determination cannot be read.
    """
    if letter.kind != DETERMINATION:
        return None
    found = link(current_service().store, letter.object_id, principal().reach)
    return None if found is None else found.replaced_by


def about_void(letters: Iterable[KeptLetter]) -> Set[str]:
    """The ids of those of the letters that tell of a determination that is void now.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    about = {each.id: each.object_id for each in letters if each.kind == DETERMINATION}
    void = void_among(current_service().store, about.values())
    return {letter for letter, determination in about.items() if determination in void}


def found_letters(
    wanted: WantedLetters, limit: int, before: str | None = None
) -> list[KeptLetter | RecordDamaged]:
    """The letters that the caller may see, the newest first: at most *limit*, and one more where
    there are more. The audit trail has the search, and which letters to a person the list named.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    store = current_service().store
    found = list_letters(store, wanted, principal().reach, limit + 1, before)
    alarm_damaged(KIND, [each.id for each in found if isinstance(each, RecordDamaged)])
    listed = [each for each in found[:limit] if isinstance(each, KeptLetter)]
    to_people = [each.id for each in listed if each.subject is not None]
    note_search(current_service(), "letter.searched", KIND, "letter.listed", to_people)
    return found


def letters_to_send() -> list[KeptLetter]:
    """The letters that wait to be sent, the oldest first; left out are damaged ones and those about
    a determination that is void now.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    found = found_letters(WantedLetters(to_send=True), MERGED_AT_MOST)[:MERGED_AT_MOST]
    waiting = [each for each in reversed(found) if isinstance(each, KeptLetter)]
    void = about_void(waiting)
    return [each for each in waiting if each.id not in void]


def as_pdf(letters: Sequence[Addressed]) -> bytes:
    """Letters as one PDF.

    Raises:
        Problem: pdf-unavailable, where the machine lacks a part; letter-unprintable, where no font
            has a character.
    """
    try:
        return pdf_of(letters, current_service().languages.statements)
    except NoPango as error:
        raise Problem("pdf-unavailable", str(error)) from None
    except Unprintable as error:
        codes = ", ".join(f"U+{ord(each):04X}" for each in error.characters[:5])
        raise Problem(
            "letter-unprintable", f"No font of this server has the character {codes}."
        ) from None


def note_sent(letter: KeptLetter, on: date | None) -> KeptLetter:
    """Note that a letter was sent on a day, today where none is named.

    Raises:
        Problem: letter-state, where it was sent already; invalid-request, where the day cannot be;
            precondition-failed, where it changed meanwhile.
        RecordsUnavailable: nothing was changed.
    """
    if letter.sent_on is not None:
        raise Problem("letter-state", f"It was sent on {letter.sent_on.isoformat()} already.")
    day = _day(on, clock.day_of(letter.made_at), "the letter was made")
    return _noted(letter, "letter.sent", sent_on=day)


def note_came_back(letter: KeptLetter, on: date | None) -> KeptLetter:
    """Note that a letter came back on a day, today where none is named.

    Raises:
        Problem: letter-state, where it was not sent, or came back already; invalid-request;
            precondition-failed.
        RecordsUnavailable: nothing was changed.
    """
    if letter.sent_on is None:
        raise Problem("letter-state", "Note first on which day it was sent.")
    if letter.came_back_on is not None:
        raise Problem("letter-state", f"It came back on {letter.came_back_on.isoformat()} already.")
    return _noted(letter, "letter.came_back", came_back_on=_day(on, letter.sent_on, "it was sent"))


def _day(on: date | None, first: date, since: str) -> date:
    today = clock.today()
    day = on or today
    if not first <= day <= today:
        raise Problem(
            "invalid-request",
            "Correct the day.",
            [Wrong("json", f"Must be a day since {since}, and not after today.", pointer="/on")],
        )
    return day


def _noted(
    letter: KeptLetter,
    action: str,
    sent_on: date | None = None,
    came_back_on: date | None = None,
) -> KeptLetter:
    audit = origin().did(action, letter.id, kind=KIND)
    try:
        return change_letter(current_service().store, letter, audit, sent_on, came_back_on)
    except LetterChanged:
        raise changed_since() from None
