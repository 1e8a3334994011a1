"""Read stored determinations: one, its chain, and its packet."""

from typing import cast
from uuid import UUID

import orjson
from flask import Blueprint, Response
from msgspec import UNSET

from app.api.determinations.answers import ChainAnswer, ChainLinkAnswer
from app.api.determinations.deciding import in_detail
from app.api.determinations.stored import KIND, kept, note, text_of
from app.api.http.faults import alarm_damaged
from app.api.http.operations import Content, Operation
from app.api.http.responses import JSON, Problem, tagged_response, unknown_determination
from app.api.http.schemas import DetailQuery
from app.api.http.service import current_service, principal
from app.determinations.answer import Detail, DeterminationAnswer, LawAnswer, encode
from app.determinations.brief import BriefAnswer
from app.instants import instant_text
from app.law.questions import Outcome
from app.records.entries import DeterminationRecord
from app.records.errors import RecordDamaged
from app.records.ledger.chains import chain
from app.records.ledger.packets import NoLawText, NotSealed, Packet, packet

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
            "The determination exactly as issued.",
            DeterminationAnswer | BriefAnswer,
        ),
        304: UNCHANGED,
    },
    problems=("unknown-determination", "record-damaged"),
)
def read_determination(query: dict[str, Detail], id: UUID) -> Response:
    """Read a stored determination.

    The text is byte for byte the one that was issued. If another determination replaced it,
    `replaced_by` follows at its end, and its ETag changes. The service withholds a damaged
    determination and alerts the operator.
    """
    found = kept(id)
    note("determination.read", found.record.id)
    text = text_of(found)
    return tagged_response(in_detail(text, query["detail"]), tag_of=text)


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
    return tagged_response(
        encode(ChainAnswer([_link(link) for link in found], found[-1].id, damaged or UNSET))
    )


def _link(link: DeterminationRecord | RecordDamaged) -> ChainLinkAnswer:
    href = f"/v1/determinations/{link.id}"
    if isinstance(link, RecordDamaged):
        return ChainLinkAnswer(id=link.id, href=href)
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
    law, the seal, and the proof that the seal covers the record. `python -m app.verify packet.json`
    verifies all of it and decides the case again.
    """
    try:
        found = packet(current_service().store, str(id), principal().reach)
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
