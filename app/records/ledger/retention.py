"""Retention periods, and the disposal of records with proof of why they are gone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from sqlalchemy import Connection, delete, insert, select

from app.records.damaged import page
from app.records.digests import record_digest
from app.records.entries import Row
from app.records.holds import active_holds
from app.records.store import Store, await_seal
from app.records.tables import (
    audit_entries,
    decisive_provisions,
    determinations,
    disposals,
    idempotency_records,
    sealed_records,
)

DEFAULT = Path(__file__).parent / "retention.yaml"
TOGETHER = 500
CLASSES = ("determination", "audit", "idempotency", "applicant")
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
    """The sealed records of a class that were made before an instant and that no hold keeps, some
    at a time, the oldest first.

    One that cannot be read stays, since nobody knows what holds it; *unreadable* is told its id.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    table, made_at = (
        (determinations, determinations.c.decided_at)
        if kind == "determination"
        else (audit_entries, audit_entries.c.at)
    )
    after: str | None = None
    while True:
        with store.reading() as connection:
            read = page(
                connection, select(table).where(made_at < before), table.c.id, TOGETHER, after
            )
            found = [row.columns for row in read if row.columns is not None]
            kept = _held(connection, kind, found)
            sealed = _sealed(connection, kind, [row["id"] for row in found])
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


def _sealed(connection: Connection, kind: str, ids: list[str]) -> set[str]:
    chosen = select(sealed_records.c.object_id).where(
        sealed_records.c.kind == kind, sealed_records.c.object_id.in_(ids)
    )
    return set(connection.execute(chosen).scalars())


def _held(connection: Connection, kind: str, found: list[Mapping[str, Any]]) -> set[str]:
    """The records under a legal hold. A hold on a determination or an applicant covers its audit
    entries.
    """
    held = active_holds(connection)
    if kind == "determination":
        return {row["id"] for row in found if held.keep(row["id"], row["subject"])}
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


def dispose(store: Store, records: list[Due], now: datetime, because: str, new_id: NewId) -> None:
    """Delete records, and keep for each that it was disposed of, when and why: all of them or none.

    Raises:
        RecordsUnavailable: nothing was deleted.
    """
    if not records:
        return
    table = determinations if records[0].kind == "determination" else audit_entries
    with store.writing() as connection:
        rows = [_disposal(each, new_id(now), now, because) for each in records]
        connection.execute(insert(disposals), rows)
        await_seal(connection, "disposal", *((row["id"], row["record_digest"]) for row in rows))
        ids = [each.id for each in records]
        if table is determinations:
            connection.execute(
                delete(decisive_provisions).where(decisive_provisions.c.determination.in_(ids))
            )
            connection.execute(
                delete(idempotency_records).where(idempotency_records.c.determination.in_(ids))
            )
        connection.execute(delete(table).where(table.c.id.in_(ids)))


def _disposal(due: Due, id: str, now: datetime, because: str) -> Row:
    about = {"kind": due.kind, "object_id": due.id, "digest": due.digest, "because": because}
    columns: Row = {"id": id, "disposed_at": now, **about}
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
