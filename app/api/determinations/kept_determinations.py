"""Reading kept determinations: one, its chain, and its packet."""

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
UNCHANGED = Content("It is still what the ETag in If-None-Match stands for; without a body.")

blp = Blueprint("kept-determinations", __name__, url_prefix="/v1/determinations")


@blp.get("/<uuid:id>")
@Operation(
    permission="determinations.read",
    query=DetailQuery,
    returns={
        200: Content(
            "The determination exactly as it was issued; it is never decided again.",
            DeterminationAnswer | BriefAnswer,
        ),
        304: UNCHANGED,
    },
    problems=("unknown-determination", "record-damaged"),
)
def read_determination(query: dict[str, Detail], id: UUID) -> Response:
    """Read a determination that was kept. One that is not as it was kept is refused, and the
    operator is alarmed.

    The text is byte for byte the one that was issued. Once another determination replaced it,
    `replaced_by` stands at its end, and its ETag is another.
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
            "Every determination of the chain, from the first to the one that stands.", ChainAnswer
        ),
        304: UNCHANGED,
    },
    problems=("unknown-determination", "record-damaged"),
)
def read_chain(id: UUID) -> Response:
    """List the determinations that replaced one another, from the first to the last; the same list
    for each of them.

    One that is not as it was kept stands in its place with its id alone, and `damaged` names it.
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
    returns={200: Content("The packet, to be saved as a file.", Packet)},
    problems=("unknown-determination", "not-sealed", "law-not-kept", "record-damaged"),
)
def read_packet(id: UUID) -> Response:
    """Get everything about one determination in one file that anybody can check without this
    service.

    It holds the record, the request, the document with its facts and findings, the text of the law,
    the proof that the record lies in a sealed batch, and the seal. `python -m app.verify
    packet.json` checks all of it and derives the outcome again.
    """
    try:
        found = packet(current_service().store, str(id), principal().reach)
    except NotSealed:
        raise Problem(
            "not-sealed",
            "Its batch is not sealed yet. Ask again after the seconds that Retry-After names.",
            headers={"Retry-After": str(SEALED_WITHIN)},
        ) from None
    except NoLawText:
        raise Problem(
            "law-not-kept", "There is no text of the law to put into the packet."
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
