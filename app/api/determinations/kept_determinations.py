"""Reading kept determinations: one, its chain, and its packet."""

from uuid import UUID

import orjson
from flask import Blueprint, Response

from app.api.determinations.stored import KIND, kept, note, text_of, unknown_determination
from app.api.http.authority import principal
from app.api.http.faults import alarm_damaged
from app.api.http.operations import Content, Operation
from app.api.http.problems import Document, Problem
from app.api.http.responses import JSON, tagged_response
from app.api.http.service import service
from app.records.digests import column_text
from app.records.entries import DeterminationRecord
from app.records.errors import RecordDamaged
from app.records.ledger.chains import chain
from app.records.ledger.packets import NoLawText, NotSealed, packet

SEALED_WITHIN = 2
"""Seconds after which to ask again for a packet."""
UNCHANGED = Content("It is still what the ETag in If-None-Match stands for; without a body.")

blp = Blueprint("kept-determinations", __name__, url_prefix="/v1/determinations")


@blp.get("/<uuid:id>")
@Operation(
    permission="determinations.read",
    returns={
        200: Content(
            "The determination exactly as it was issued; it is never decided again.",
            "KeptDetermination",
        ),
        304: UNCHANGED,
    },
    problems=("unknown-determination", "record-damaged"),
)
def read_determination(id: UUID) -> Response:
    """Read a determination that was kept. One that is not as it was kept is refused, and the
    operator is alarmed.

    The text is byte for byte the one that was issued. Once another determination replaced it,
    `replaced_by` stands at its end, and its ETag is another.
    """
    found = kept(id)
    note("determination.read", found.record.id)
    return tagged_response(text_of(found))


@blp.get("/<uuid:id>/chain")
@Operation(
    permission="determinations.read",
    returns={
        200: Content(
            "Every determination of the chain, from the first to the one that stands.", "Chain"
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
    links: list[Document] = []
    damaged: list[str] = []
    for each in chain(service().store, str(id), principal().reach):
        links.append(
            {"id": each.id, "href": _address(each.id)}
            if isinstance(each, RecordDamaged)
            else _told(each)
        )
        damaged += [each.id] if isinstance(each, RecordDamaged) else []
    if not links:
        raise unknown_determination()
    alarm_damaged(KIND, damaged)
    note("determination.read", *(each["id"] for each in links))
    document: Document = {"chain": links, "stands": links[-1]["id"]}
    return tagged_response(orjson.dumps(document | ({"damaged": damaged} if damaged else {})))


def _address(id: str) -> str:
    return f"/v1/determinations/{id}"


def _told(record: DeterminationRecord) -> Document:
    return {
        "id": record.id,
        "decided_at": column_text(record.decided_at),
        "replaces": record.replaces,
        "as_of": record.as_of.isoformat(),
        "edition": record.edition,
        "outcome": record.outcome,
        "says": orjson.loads(record.document)["says"],
        "law": {"digest": record.law_digest},
        "href": _address(record.id),
    }


@blp.get("/<uuid:id>/packet")
@Operation(
    permission="determinations.packet",
    returns={200: Content("The packet, to be saved as a file.", "Packet")},
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
        found = packet(service().store, str(id), principal().reach)
    except NotSealed:
        detail = "Its batch is not sealed yet. Ask again after the seconds that Retry-After names."
        raise Problem("not-sealed", detail, headers={"Retry-After": str(SEALED_WITHIN)}) from None
    except NoLawText:
        raise Problem(
            "law-not-kept", "There is no text of the law to put into the packet."
        ) from None
    if found is None:
        raise unknown_determination()
    note("determination.packet", str(id))
    name = {"Content-Disposition": f'attachment; filename="determination-{id}.json"'}
    return Response(found, 200, name, mimetype=JSON)
