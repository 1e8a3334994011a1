"""Everything that an organization keeps of one person, as one file."""

from collections.abc import Iterator
from typing import Annotated

import orjson
from flask import Blueprint, Response
from msgspec import Meta, Struct

from app import clock
from app.api.applicants.answers import ApplicantAnswer, applicant_answer
from app.api.applicants.register import UNMASKED, read
from app.api.determinations.stored import note, text_of
from app.api.http.answered.responses import JSON
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.letters.answers import LetterHeadAnswer, head_answer
from app.api.letters.making import found_letters
from app.api.notes.answers import NoteAnswer, note_answer
from app.api.notes.notes import notes_about
from app.api.waivers.answers import WaiverRequestAnswer
from app.api.waivers.showing import request_answer
from app.api.waivers.taking import desk_problems
from app.determinations.answer import DeterminationAnswer, Instant, encode
from app.instants import instant_text
from app.records.ledger.searching import Wanted, search
from app.records.letters.letters import KeptLetter, WantedLetters
from app.records.verifying.chains import Link, link
from app.waivers.desk import KIND as WAIVER

PAGE = 200

blp = Blueprint("person-files", __name__, url_prefix="/v1/applicants")


class PersonFileAnswer(Struct):
    """Everything kept of a person, as it was when it was read."""

    read_at: Instant
    applicant: ApplicantAnswer
    determinations: Annotated[
        list[DeterminationAnswer], Meta(description="All, in the order in which they were made.")
    ]
    notes: list[NoteAnswer]
    waiver_requests: list[WaiverRequestAnswer]
    letters: list[LetterHeadAnswer]


@blp.get("/<subject>/file")
@Operation(
    permission=UNMASKED,
    returns={200: Content("Everything that your organization keeps of them.", PersonFileAnswer)},
    problems=("unknown-applicant", "applicant-unreadable", "record-damaged"),
)
def read_person_file(subject: str) -> Response:
    """Read everything that your organization keeps of a person, as one file to save.

    The service logs each thing that it tells in the audit trail before it responds.
    """
    body = person_file(subject)
    headers = {"Content-Disposition": 'attachment; filename="person.json"'}
    return Response(body, 200, headers, mimetype=JSON)


def person_file(subject: str) -> bytes:
    """Everything kept of a person, as JSON text.

    Raises:
        Problem: unknown-applicant, applicant-unreadable.
        RecordDamaged, RecordsUnavailable: then nothing may be told.
    """
    applicant = read(subject)
    decided = sorted(_determinations(subject), key=lambda each: each.record.id)
    note("determination.read", *(each.record.id for each in decided))
    requests = list(_requests(subject))
    about = [("applicant", subject), *(("determination", each.record.id) for each in decided)]
    about += [(WAIVER, each.id) for each in requests]
    told = {
        "read_at": instant_text(clock.now()),
        "applicant": applicant_answer(applicant, is_masked=False),
        "determinations": [orjson.loads(text_of(each)) for each in decided],
        "notes": [note_answer(each) for kind, id in about for each in notes_about(kind, id)],
        "waiver_requests": requests,
        "letters": [
            head_answer(each)
            for each in found_letters(WantedLetters(subject=subject), PAGE)
            if isinstance(each, KeptLetter)
        ],
    }
    return encode(told)


def _determinations(subject: str) -> Iterator[Link]:
    """The stored determinations about a subject that the caller may see, each as it is read."""
    store, reach, place = current_service().store, principal().reach, None
    while found := search(store, Wanted(subject=subject), reach, PAGE, place):
        place = found[-1].place
        for row in found:
            one = link(store, row.id, reach)
            if one is not None:
                yield one


def _requests(subject: str) -> Iterator[WaiverRequestAnswer]:
    service, by = current_service(), principal()
    for request in service.desk.requests.about(subject, by.organization):
        with desk_problems():
            told = request_answer(service, request, by)
        service.store.note(origin().did("waiver.read", request.id, kind=WAIVER))
        if isinstance(told, WaiverRequestAnswer):
            yield told
