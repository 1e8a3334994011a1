"""Finds what an office has still to do: answers that run out, objections, reminders, waiver
requests, letters to send.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Select, or_, select, true

from app.records.damaged import Row, page
from app.records.identity import is_id
from app.records.letters.letter_tables import letters
from app.records.people.account_tables import accounts
from app.records.store import Store, within
from app.records.tables import determinations
from app.records.texts.note_tables import notes, reminders
from app.records.texts.notes import is_open_objection
from app.records.verifying.chains import latest_id
from app.records.visibility import Reach
from app.records.voiding.standing import stands
from app.records.waivers.waiver_requests import DeskReach
from app.records.waivers.waiver_tables import waiver_requests

Kind = Literal["answer", "objection", "reminder", "waiver_request", "letter"]
AT_MOST = 500
"""So many records of a kind are listed, and so many texts of answers are read for their days."""


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do. *on* is the day by which, of a letter the instant at which it was made.

    *determination* is the answer that it is about, where it is about one.
    """

    kind: Kind
    id: str
    on: date | datetime | None
    worker: str | None
    subject: str | None
    determination: str | None = None


@dataclass(frozen=True, slots=True)
class WantedWork:
    """Whose work: of an *organization* and of a *worker* there, or of all where none is named.

    Answers count that run out from the day *first* through *last*. *reach* and *desk* are what the
    caller sees, *open_states* those of waiver requests to work on; their worker is who claimed them
    where *by_claim*, else who entered them.
    """

    organization: str
    worker: str | None
    first: date
    last: date
    reach: Reach
    desk: DeskReach
    open_states: frozenset[str]
    by_claim: bool


@dataclass(slots=True)
class OpenWork:
    """What there is to do. *cut* are the kinds of which there is more;
    *damaged* are the kinds and ids of rows that cannot be read.
    """

    work: list[Work] = field(default_factory=list)
    cut: set[Kind] = field(default_factory=set)
    damaged: list[tuple[Kind, str]] = field(default_factory=list)


def open_work(store: Store, wanted: WantedWork) -> OpenWork:
    """The open work of an organization.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    found = OpenWork()
    with store.reading() as connection:
        _add_answers(connection, wanted, found)
        _add_objections(connection, wanted, found)
        _add_reminders(connection, wanted, found)
        _add_requests(connection, wanted, found)
        _add_letters(connection, wanted, found)
    return found


def _add_answers(connection: Connection, wanted: WantedWork, found: OpenWork) -> None:
    """The answers that stand as the newest about somebody and run out in these days."""
    table, newer = determinations.c, determinations.alias("newer")
    superseded = select(newer.c.id).where(
        newer.c.subject == table.subject,
        newer.c.question == table.question,
        newer.c.organization == table.organization,
        newer.c.id > table.id,
        stands(newer),
    )
    chosen = select(table.id, table.author, table.subject, table.document).where(
        table.organization == wanted.organization,
        table.subject.is_not(None),
        or_(*(table.document.like(f'%"valid_until":"{month}%') for month in _months(wanted))),
        stands(),
        ~superseded.correlate(determinations).exists(),
        _is_workers(table.author, wanted),
    )
    for id, columns in _read(connection, "answer", chosen, table.id, found):
        day = _runs_out(columns["document"])
        if day is not None and wanted.first <= day <= wanted.last:
            work = Work("answer", id, day, columns["author"], columns["subject"], id)
            found.work.append(work)


def _months(wanted: WantedWork) -> Iterator[str]:
    """The months of the days in which answers run out, as their texts begin: `2012-05-`."""
    month = wanted.first.replace(day=1)
    while month <= wanted.last:
        yield f"{month:%Y-%m}-"
        years, month_before = divmod(month.month, 12)
        month = date(month.year + years, month_before + 1, 1)


def _runs_out(document: str) -> date | None:
    try:
        until = orjson.loads(document).get("valid_until")
        return None if until is None else date.fromisoformat(until)
    except (ValueError, TypeError, AttributeError):  # a damaged text, which `verify` names
        return None


def _add_objections(connection: Connection, wanted: WantedWork, found: OpenWork) -> None:
    """The newest open objection to each answer that stands, made to it or to one before it."""
    chosen = select(notes.c.id, notes.c.about, notes.c.actor, notes.c.look_again_on).where(
        notes.c.organization == wanted.organization,
        is_open_objection(),
        _is_workers(notes.c.actor, wanted),
    )
    newest = {}
    for id, columns in _read(connection, "objection", chosen, notes.c.id, found):
        if is_id(columns["about"]):
            newest[latest_id(connection, columns["about"])] = id, columns
    table = determinations.c
    about = select(table.id, table.subject).where(table.id.in_(list(newest)), stands())
    for row in page(connection, about, table.id, AT_MOST):
        if row.columns is not None:
            id, columns = newest[row.id]
            on, subject = columns["look_again_on"], row.columns["subject"]
            found.work.append(Work("objection", id, on, columns["actor"], subject, row.id))


def _add_reminders(connection: Connection, wanted: WantedWork, found: OpenWork) -> None:
    """The reminders of the organization's people."""
    table = reminders.c
    people = connection.execute(
        select(accounts.c.id).where(accounts.c.organization == wanted.organization)
    ).scalars()
    chosen = (
        select(table.id, table.actor, table.due_on, table.determination, determinations.c.subject)
        .join(determinations, determinations.c.id == table.determination)
        .where(
            table.actor.in_([f"account:{id}" for id in people]),
            within(wanted.reach),
            _is_workers(table.actor, wanted),
        )
    )
    for id, columns in _read(connection, "reminder", chosen, table.id, found):
        answer = latest_id(connection, str(columns["determination"]))
        worker = columns["actor"]
        work = Work("reminder", id, columns["due_on"], worker, columns["subject"], answer)
        found.work.append(work)


def _add_requests(connection: Connection, wanted: WantedWork, found: OpenWork) -> None:
    """The waiver requests that are not decided; an incomplete one is looked at on its day."""
    table = waiver_requests.c
    worker = table.claimed_by if wanted.by_claim else table.entered_by
    chosen = select(
        table.id, table.subject, table.decide_by, table.remind_on, worker.label("worker")
    ).where(
        wanted.desk.condition(),
        table.state.in_(sorted(wanted.open_states)),
        _is_workers(worker, wanted),
    )
    for id, columns in _read(connection, "waiver_request", chosen, table.id, found):
        on = columns["decide_by"] or columns["remind_on"]
        found.work.append(Work("waiver_request", id, on, columns["worker"], columns["subject"]))


def _add_letters(connection: Connection, wanted: WantedWork, found: OpenWork) -> None:
    """The letters that were not sent yet."""
    table = letters.c
    chosen = select(table.id, table.made_at, table.made_by, table.subject).where(
        table.organization == wanted.organization,
        table.sent_on.is_(None),
        _is_workers(table.made_by, wanted),
    )
    for id, columns in _read(connection, "letter", chosen, table.id, found):
        worker, made_at = columns["made_by"], columns["made_at"]
        found.work.append(Work("letter", id, made_at, worker, columns["subject"]))


def _is_workers(worker: ColumnElement[Any], wanted: WantedWork) -> ColumnElement[bool]:
    return true() if wanted.worker is None else worker == wanted.worker


def _read(
    connection: Connection, kind: Kind, chosen: Select[Any], key: Column[Any], found: OpenWork
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows that can be read, at most so many, with their ids; notes what is cut or damaged."""
    rows: list[Row] = page(connection, chosen, key, AT_MOST + 1)
    if len(rows) > AT_MOST:
        found.cut.add(kind)
    for row in islice(rows, AT_MOST):
        if row.columns is None:
            found.damaged.append((kind, row.id))
        else:
            yield row.id, row.columns
