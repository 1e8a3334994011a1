"""Retention periods, and the disposal of records with proof of why they are gone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from sqlalchemy import Connection, delete, insert, select

from app.records.damaged import page
from app.records.digests import record_digest
from app.records.entries import Row
from app.records.holds import ActiveHolds, active_holds
from app.records.identity import is_id
from app.records.numbers.numbers import remove_numbers
from app.records.store import Store, await_seal, enter
from app.records.tables import (
    audit_entries,
    decisive_provisions,
    determinations,
    disposals,
    idempotency_records,
    sealed_records,
    seals,
)
from app.records.texts.note_tables import notes
from app.records.texts.personal_texts import delete_texts
from app.records.verifying.audit_crosscheck import needed_entries
from app.records.verifying.disposal_proofs import Statement, Stating, root_of
from app.records.voiding.void_tables import voids
from app.records.waivers.held import held_requests

DEFAULT = Path(__file__).parent / "retention.yaml"
TOGETHER = 500
CLASSES = (
    "determination",
    "audit",
    "idempotency",
    "applicant",
    "draft",
    "note",
    "feedback",
    "waiver",
    "verification",
    "letter",
)
SEALED_CLASSES = {
    "audit": (audit_entries, audit_entries.c.at),
    "determination": (determinations, determinations.c.decided_at),
    "note": (notes, notes.c.at),
}
"""The classes whose records are sealed: their table, and when each record was made.
Audit entries come first, since those about a determination stay as long as it does.
"""
NewId = Callable[[datetime], str]


class RetentionUnreadable(Exception):
    """The file with the retention periods is invalid; the message says why."""


def read_periods(file: Path = DEFAULT) -> Mapping[str, relativedelta]:
    """The retention period of each class of record.

    Raises:
        RetentionUnreadable: the file is not there, or does not say it of every class in years,
            months or days.
    """
    try:
        stated = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        if set(stated) != set(CLASSES):
            raise RetentionUnreadable(f"{file.name} must have exactly {', '.join(CLASSES)}")
        periods = {name: _period(file, name, given) for name, given in stated.items()}
    except (OSError, TypeError, YAMLError) as error:
        raise RetentionUnreadable(f"cannot read {file.name}: {type(error).__name__}") from None
    return periods


@cache
def shipped_periods() -> Mapping[str, relativedelta]:
    """The retention periods that the program ships, read once.

    Raises:
        RetentionUnreadable: as `read_periods`.
    """
    return read_periods()


def _period(file: Path, name: str, given: Mapping[str, int]) -> relativedelta:
    if (
        not given
        or set(given) - {"years", "months", "days"}
        or not all(type(n) is int and n > 0 for n in given.values())
    ):
        raise RetentionUnreadable(
            f"{file.name}: {name} needs a number of years, months or days, each a whole number "
            "above zero"
        )
    return relativedelta(**given)


@dataclass(frozen=True, slots=True)
class Due:
    """A record whose time is over."""

    kind: str
    id: str
    digest: str


def due(
    store: Store, kind: str, before: datetime, unreadable: Callable[[str], object] = lambda id: None
) -> Iterator[list[Due]]:
    """The records of a class that were made and sealed before an instant and that no hold keeps,
    some at a time, the oldest first. An audit entry stays as long as a verification needs it.

    One that cannot be read stays, since nobody knows what holds it; *unreadable* is told its id.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    table, made_at = SEALED_CLASSES[kind]
    after: str | None = None
    while True:
        with store.reading() as connection:
            read = page(
                connection, select(table).where(made_at < before), table.c.id, TOGETHER, after
            )
            found = [row.columns for row in read if row.columns is not None]
            kept = _held(connection, kind, found)
            kept |= needed_entries(connection, found) if kind == "audit" else set()
            sealed = _sealed(connection, kind, [row["id"] for row in found], before)
        if not read:
            return
        after = read[-1].place
        for row in read:
            if row.columns is None:
                unreadable(row.id)
        yield [
            Due(kind, one["id"], one["record_digest"])
            for one in found
            if one["id"] in sealed - kept
        ]


def _sealed(connection: Connection, kind: str, ids: list[str], before: datetime) -> set[str]:
    chosen = select(sealed_records.c.object_id).where(
        sealed_records.c.kind == kind, sealed_records.c.object_id.in_(ids)
    )
    chosen = chosen.join(seals).where(seals.c.sealed_at < before)
    return set(connection.execute(chosen).scalars())


def _held(connection: Connection, kind: str, found: list[Mapping[str, Any]]) -> set[str]:
    """The records under a legal hold. A hold on a determination or an applicant covers its audit
    entries.
    """
    held = active_holds(connection)
    if kind == "determination":
        return {row["id"] for row in found if held.keep(row["id"], row["subject"])}
    if kind == "note":
        named = [
            {"id": row["id"], "kind": row["about_kind"], "object_id": row["about"]} for row in found
        ]
        requests = [
            row["about"] for row in found if row["about_kind"] == "waiver" and is_id(row["about"])
        ]
        kept = held_requests(connection, requests)
        return _held_about(connection, named, held) | {
            row["id"] for row in found if row["about"] in kept
        }
    return _held_about(connection, found, held)


def _held_about(
    connection: Connection, found: Sequence[Mapping[str, Any]], held: ActiveHolds
) -> set[str]:
    """The ids of what belongs to a determination or an applicant that a hold keeps."""
    about = {
        row["object_id"]
        for row in found
        if row["kind"] == "determination" and row["object_id"] is not None
    }
    chosen = select(determinations.c.id, determinations.c.subject).where(
        determinations.c.id.in_(about)
    )
    kept = {row.id for row in connection.execute(chosen) if held.keep(row.id, row.subject)}
    personal = {
        row["id"]
        for row in found
        if row["kind"] == "applicant" and row["object_id"] in held.subjects
    }
    return personal | {row["id"] for row in found if row["object_id"] in kept}


@dataclass(frozen=True, slots=True)
class Disposing:
    """One run of disposals: at which instant, after which *period*, and how an audit entry states
    it.
    """

    at: datetime
    period: relativedelta
    stating: Stating
    new_id: NewId

    @property
    def because(self) -> str:
        """What each disposal says of its reason."""
        return f"kept since before {(self.at - self.period).date()}"


def dispose(store: Store, records: list[Due], run: Disposing) -> None:
    """Delete records, and keep for each that it was disposed of, when and why: all of them or none.
    That a determination is void goes with it. An audit entry states how many went, and their root.

    Raises:
        RecordsUnavailable: nothing was deleted.
    """
    if not records:
        return
    kind = records[0].kind
    table, _ = SEALED_CLASSES[kind]
    with store.writing() as connection:
        ids = [each.id for each in records]
        gone = [*records, *(_voids_of(connection, ids) if table is determinations else ())]
        keep_disposals(connection, kind, gone, run)
        if table is determinations:
            connection.execute(delete(voids).where(voids.c.determination.in_(ids)))
            connection.execute(
                delete(decisive_provisions).where(decisive_provisions.c.determination.in_(ids))
            )
            connection.execute(
                delete(idempotency_records).where(idempotency_records.c.determination.in_(ids))
            )
            remove_numbers(connection, "determination", ids)
        if table is notes:
            delete_texts(connection, records[0].kind, ids)
        connection.execute(delete(table).where(table.c.id.in_(ids)))


def _voids_of(connection: Connection, ids: list[str]) -> list[Due]:
    chosen = select(voids.c.id, voids.c.record_digest).where(voids.c.determination.in_(ids))
    return [Due("void", row.id, row.record_digest) for row in connection.execute(chosen)]


def keep_disposals(connection: Connection, of: str, gone: Sequence[Due], run: Disposing) -> None:
    """Within a transaction: keep of each record of a class that it goes, and enter in the audit
    trail how many go together, and their root.
    """
    root = root_of((each.kind, each.id, each.digest) for each in gone)
    entry = run.stating(Statement(of, len(gone), run.period, root).text())
    rows = [_disposal(each, entry.id, run) for each in gone]
    connection.execute(insert(disposals), rows)
    await_seal(connection, "disposal", *((row["id"], row["record_digest"]) for row in rows))
    enter(connection, entry)


def _disposal(due: Due, entry: str, run: Disposing) -> Row:
    """What stays of a sealed record that is disposed of, with its digest."""
    about = {"kind": due.kind, "object_id": due.id, "digest": due.digest, "because": run.because}
    columns: Row = {
        "id": run.new_id(run.at),
        "disposed_at": run.at,
        **about,
        "entry": entry,
    }
    return {**columns, "record_digest": record_digest("disposal", columns)}


def forget_answers(store: Store, before: datetime, dry_run: bool = False) -> int:
    """Forget the answers to idempotent requests older than an instant; how many there were.

    Raises:
        RecordsUnavailable: nothing was forgotten.
    """
    old = idempotency_records.c.kept_at < before
    with store.writing() as connection:
        count = len(connection.execute(select(idempotency_records.c.key).where(old)).all())
        if not dry_run:
            connection.execute(delete(idempotency_records).where(old))
    return count
