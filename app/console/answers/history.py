"""The history of a stored answer: what it replaced, what replaced it, its seal, and who did what
with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.determinations.replay import replayed
from app.api.determinations.stored import KIND, kept, note, text_of
from app.api.determinations.stored_determinations import packet_file
from app.api.http.answered.faults import alarm_damaged
from app.api.http.service import current_service, principal
from app.api.people.current import people
from app.api.records.audit_trail import found_entries
from app.api.records.numbers import HEADER, number_header
from app.console.answers.telling import Told
from app.console.guard import needs, pages, who
from app.records.damaged import Row
from app.records.identity import is_id
from app.records.ledger.searching import WantedEntries
from app.records.packets.packets import seal_of
from app.records.verifying.chains import chain

ENTRIES = 200
"""So many entries of the audit trail stand on the page, the newest."""
ACTIONS = {
    "determination.made": "Asked and stored",
    "determination.redetermined": "Stored in place of an earlier answer",
    "determination.read": "Looked at",
    "determination.packet": "Downloaded as a packet",
    "determination.reconsidered": "Decided again under the law of today",
    "determination.replayed": "Decided again under the law of then",
}
ENDS = {"done": "Done", "agrees": "The same", "differs": "Not the same", "damaged": "Damaged"}
SAME = {
    "bytes": "Decided again under the law of then. The answer is the same to the letter.",
    "meaning": "Decided again under the law of then. The answer means the same. Another version "
    "of the program had worded it.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did with the answer."""

    at: datetime
    who: str
    what: str
    ended: str
    address: str | None


@pages.get("/answers/<uuid:id>/history")
@needs("determinations.read")
def history(id: UUID) -> str:
    """What became of a stored answer. Those who may read the audit trail see who did what."""
    found = kept(id)
    links = list(chain(current_service().store, str(id), principal().reach))
    alarm_damaged(KIND, [link.id for link in links if isinstance(link, Exception)])
    note("determination.read", str(id))
    about = WantedEntries(kind=KIND, object_id=str(id))
    rows = found_entries(about, ENTRIES + 1) if principal().may("audit.read") else None
    return render_template(
        "answers/history.html",
        id=str(id),
        number=number_header(KIND, str(id)).get(HEADER),
        told=Told(current_service().decider, orjson.loads(text_of(found))),
        author=_name(found.record.author),
        links=links,
        seal=seal_of(current_service().store, str(id), principal().reach),
        entries=None if rows is None else list(_told(rows[:ENTRIES])),
        there_are_more=rows is not None and len(rows) > ENTRIES,
    )


def _told(rows: list[Row]) -> Iterator[Entry]:
    alarm_damaged("audit", [row.id for row in rows if row.columns is None])
    names: dict[str, str] = {}
    for row in rows:
        if row.columns is None:
            continue
        entry = row.columns
        if entry["actor"] not in names:
            names[entry["actor"]] = _name(entry["actor"])
        yield Entry(
            entry["at"],
            names[entry["actor"]],
            ACTIONS.get(entry["action"], entry["action"]),
            ENDS.get(entry["outcome"], entry["outcome"]),
            entry["address"],
        )


def _name(actor: str) -> str:
    """Who an actor is, as far as this person may know: oneself, an account by its name for those
    who may read accounts and the audit trail, else nothing but the kind.
    """
    if actor == principal().actor:
        return f"{who().account.name} (you)"
    kind, _, id = actor.partition(":")
    if not principal().may("audit.read"):
        return {"account": "A colleague", "command": "The operator"}.get(kind, "A program")
    is_account = kind == "account" and is_id(id) and principal().may("accounts.read")
    account = people().accounts.find(id) if is_account else None
    return actor if account is None else account.name


@pages.post("/answers/<uuid:id>/replay")
@needs("determinations.replay", "determinations.read")
def replay_answer(id: UUID) -> AnyResponse:
    """Decide a stored answer again under the law of then, and say whether it comes out the same."""
    flash(SAME[replayed(id).compared])
    return redirect(url_for("pages.history", id=id), 303)


@pages.get("/answers/<uuid:id>/packet")
@needs("determinations.packet")
def answer_packet(id: UUID) -> Response:
    """A stored answer with the proof of its seal, as a file to save."""
    return packet_file(id)
