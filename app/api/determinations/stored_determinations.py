"""Read stored determinations: one, its chain, and its packet."""

from datetime import datetime
from typing import cast
from uuid import UUID

import orjson
from flask import Blueprint, Response
from msgspec import UNSET

from app.api.determinations.answers import ChainAnswer, ChainLinkAnswer
from app.api.determinations.deciding import in_detail
from app.api.determinations.stored import KIND, kept_or_named, note, text_of
from app.api.http.answered.answers import instant_or_none, unset_if_none
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import JSON, Problem, tagged_response, unknown_determination
from app.api.http.asked.schemas import DetailQuery
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, principal
from app.api.records.numbers import number_header
from app.api.transparency.log import TEXT
from app.api.transparency.receipts import NoReceipts, receipt
from app.determinations.answer import Detail, DeterminationAnswer, LawAnswer, encode
from app.determinations.telling.brief import BriefAnswer
from app.instants import instant_text
from app.law.questions import Outcome
from app.records.entries import DeterminationRecord
from app.records.errors import RecordDamaged
from app.records.packets.packets import NoLawText, NotSealed, Packet, packet
from app.records.verifying.chains import chain
from app.records.voiding.voids import voided_among

SEALED_WITHIN = 2
"""Seconds after which to ask again for a packet."""
UNCHANGED = Content("Unchanged since the ETag in If-None-Match; without a body.")

blp = Blueprint("kept-determinations", __name__, url_prefix="/v1/determinations")


@blp.get("/<uuid:id>")
@Operation(
    permission="determinations.read",
    query=DetailQuery,
    returns={
        200: Content(
            "The determination exactly as issued. Record-Number is its short number.",
            DeterminationAnswer | BriefAnswer,
        ),
        304: UNCHANGED,
    },
    problems=("unknown-determination", "record-damaged"),
)
def read_determination(query: dict[str, Detail], id: UUID) -> Response:
    """Read a stored determination.

    The text is byte for byte the one that was issued. If another determination replaced it,
    `replaced_by` follows at its end; if somebody voided it, `voided` does. Then its ETag changes.
    The service withholds a damaged determination and alerts the operator. The Office of Patient
    Protection also reads a denial that a waiver request names.
    """
    found = kept_or_named(id)
    note("determination.read", found.record.id)
    text = text_of(found)
    response = tagged_response(in_detail(text, query["detail"]), tag_of=text)
    response.headers.extend(number_header(KIND, found.record.id))
    return response


@blp.get("/<uuid:id>/receipt")
@Operation(
    permission="determinations.read",
    returns={200: Content("The receipt, as a signed note.", {TEXT: str})},
    problems=("unknown-determination", "record-damaged", "not-in-log"),
)
def read_receipt(id: UUID) -> Response:
    """Read the receipt of a stored determination: the service's signed promise that the record is
    in the transparency log by a time.

    It names the record, its digest, when it was stored and by when it is in the log. The response
    that created the determination has the same receipt in the header Eligibility-Receipt, in
    base64. Keep it: with it anybody can show that a record is missing from the log.
    """
    found = kept_or_named(id)
    try:
        note_signed = receipt(current_service(), found.record)
    except NoReceipts as error:
        raise Problem("not-in-log", str(error)) from None
    note("determination.read", found.record.id)
    return Response(note_signed.written(), mimetype=TEXT)


@blp.get("/<uuid:id>/chain")
@Operation(
    permission="determinations.read",
    returns={
        200: Content(
            "Every determination of the chain, from the first to the current one.", ChainAnswer
        ),
        304: UNCHANGED,
    },
    problems=("unknown-determination", "record-damaged"),
)
def read_chain(id: UUID) -> Response:
    """List a determination with its predecessors and successors, from the first to the last.

    The list is the same for each of them. A damaged one has only its id, which `damaged` lists too.
    """
    found = list(chain(current_service().store, str(id), principal().reach))
    if not found:
        raise unknown_determination()
    damaged = [link.id for link in found if isinstance(link, RecordDamaged)]
    alarm_damaged(KIND, damaged)
    note("determination.read", *(link.id for link in found))
    void, last = voided_among(current_service().store, [link.id for link in found]), found[-1].id
    links = [_link(link, void.get(link.id)) for link in found]
    stands = None if last in void else last
    return tagged_response(encode(ChainAnswer(links, stands, damaged or UNSET)))


def _link(link: DeterminationRecord | RecordDamaged, voided: datetime | None) -> ChainLinkAnswer:
    href = f"/v1/determinations/{link.id}"
    told = unset_if_none(instant_or_none(voided))
    if isinstance(link, RecordDamaged):
        return ChainLinkAnswer(id=link.id, href=href, voided_at=told)
    return ChainLinkAnswer(
        id=link.id,
        decided_at=instant_text(link.decided_at),
        replaces=link.replaces,
        as_of=link.as_of,
        edition=link.edition,
        outcome=cast(Outcome, link.outcome),
        says=orjson.loads(link.document)["says"],
        made_by=link.made_by,
        law=LawAnswer(link.law_digest),
        voided_at=told,
        href=href,
    )


@blp.get("/<uuid:id>/packet")
@Operation(
    permission="determinations.packet",
    returns={200: Content("The packet, to save as a file.", Packet)},
    problems=("unknown-determination", "not-sealed", "law-not-kept", "record-damaged"),
)
def read_packet(id: UUID) -> Response:
    """Download one determination as a file that anybody can verify without this service.

    It contains the record, the request, the document with its facts and findings, the text of the
    law, the seal, and the proof that the seal covers the record. If a signed head of the
    transparency log covers the record, it also contains the proof of that. `python -m app.verify
    packet.json` verifies all of it and decides the case again.
    """
    return packet_file(id)


def packet_file(id: UUID) -> Response:
    """The packet of a determination as a file to save, entered in the audit trail.

    Raises:
        Problem: unknown-determination, not-sealed, law-not-kept.
        RecordDamaged: it is not what was sealed.
    """
    try:
        service = current_service()
        found = packet(service.store, str(id), principal().reach, service.settings.log)
    except NotSealed:
        raise Problem(
            "not-sealed",
            "Its batch is not sealed yet. Try again after the seconds in Retry-After.",
            headers={"Retry-After": str(SEALED_WITHIN)},
        ) from None
    except NoLawText:
        raise Problem(
            "law-not-kept", "The packet needs the text of the law, which is missing."
        ) from None
    if found is None:
        raise unknown_determination()
    note("determination.packet", str(id))
    return Response(
        found,
        200,
        {"Content-Disposition": f'attachment; filename="determination-{id}.json"'},
        mimetype=JSON,
    )
