"""Everything that is kept, in one file that any database of the same or a later revision can take
back.

The file is compressed JSON Lines: a header, one line for each row in an order in which rows can be
entered again, and a last line with the counts and a digest of all before it, so that a file which
was cut off or changed is noticed before anything is kept.
"""

import base64
import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Column, Connection, Date, LargeBinary, func, insert, select

from app.records.backups.encryption import NotDecrypted, decrypted, encrypted, is_encrypted
from app.records.backups.signing import sign
from app.records.damaged import PAGE, paged
from app.records.digests import column_text
from app.records.migrate import newest_revision, revisions_since
from app.records.store import Store
from app.records.tables import Instant, metadata
from app.records.verifying.completing import IdsAlike, complete
from app.transparency.keys import PrivateKey

FORMAT = "eligibility-records-1"
OLDEST = "0007"
"""The oldest revision whose backups can be restored. Later columns may be empty."""
Progress = Callable[[int], object]


class NotABackup(Exception):
    """The file cannot be restored; the message says why. Nothing was stored."""


class NotEmpty(Exception):
    """The database is not empty. Only an empty one can restore a backup."""


@dataclass(frozen=True, slots=True)
class Protection:
    """The recipients that a backup is encrypted to, and the key that signs it; without them it is
    neither.
    """

    recipients: Sequence[Any] = ()
    key: PrivateKey | None = None


def back_up(
    store: Store,
    file: Path,
    now: datetime,
    progress: Progress = lambda count: None,
    protection: Protection = Protection(),
) -> dict[str, int]:
    """Write all stored data, as of one moment, to a file that only its owner can read; the number
    of rows per table. A signature is in a file of its own beside it.

    Raises:
        RecordsUnavailable: the database could not be read.
        FileExistsError: there is such a file already; OSError: it cannot be written.
    """
    digest, counts = hashlib.sha256(), {str(table.name): 0 for table in metadata.sorted_tables}
    part = file.with_name(f"{file.name}.part")
    if file.exists():
        raise FileExistsError(file)
    try:
        with _packing(part, protection.recipients) as out, store.reading() as connection:
            _write(
                out,
                digest,
                {"format": FORMAT, "revision": newest_revision(), "made_at": column_text(now)},
            )
            for name, row in _everything(connection):
                _write(out, digest, {"table": name, "row": row})
                counts[name] += 1
                progress(1)
            out.write(orjson.dumps({"counts": counts, "sha256": digest.hexdigest()}) + b"\n")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        if protection.key is not None:
            sign(part, file, protection.key)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.rename(file)
    return counts


@contextmanager
def _packing(file: Path, recipients: Sequence[Any]) -> Iterator[gzip.GzipFile]:
    """What is written here gets to a new file of this user alone, compressed and encrypted."""
    with (
        open(file, "wb", opener=_private) as raw,
        encrypted(raw, recipients) as packed,
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as out,
    ):
        yield out


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(out: IO[bytes] | gzip.GzipFile, digest: Any, line: object) -> None:
    text = orjson.dumps(line) + b"\n"
    digest.update(text)
    out.write(text)


def _everything(connection: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    for table in metadata.sorted_tables:
        chosen = select(table).order_by(*table.primary_key.columns)
        for row in connection.execution_options(yield_per=PAGE).execute(chosen).mappings():
            yield str(table.name), {str(name): _json_value(value) for name, value in row.items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return column_text(value) if isinstance(value, (datetime, date)) else value


def _column_value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(column.type, LargeBinary) else value


def count_rows(store: Store) -> int:
    """How many rows a backup is going to hold.

    Raises:
        RecordsUnavailable: the database could not be read.
    """
    with store.reading() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        )


def check_backup(file: Path, identities: Sequence[Any] = ()) -> dict[str, int]:
    """Read a backup from its beginning to its end; how many rows of each table it holds.
    *identities* are the secret keys that may open an encrypted one.

    Raises:
        NotABackup: it is not whole, was changed, or is of a later or much earlier revision.
        OSError: it cannot be read.
    """
    counts: dict[str, int] = {}
    for name, _ in _lines(file, identities):
        counts[name] = counts.get(name, 0) + 1
    return counts


def restore(
    store: Store,
    file: Path,
    progress: Progress = lambda count: None,
    identities: Sequence[Any] = (),
) -> dict[str, int]:
    """Restore a backup into an empty, migrated database, in one transaction; the number of rows per
    table.

    Raises:
        NotABackup, NotEmpty: nothing was kept.
        RecordsUnavailable: the database refuses; nothing was kept.
        OSError: the file cannot be read.
    """
    check_backup(file, identities)
    counts: dict[str, int] = {}
    with store.writing() as connection:
        for table in metadata.sorted_tables:
            if connection.execute(select(func.count()).select_from(table)).scalar_one():
                raise NotEmpty(table.name)
        for name, rows in _pages(file, identities):
            table = metadata.tables[name]
            connection.execute(
                insert(table),
                [
                    {key: _column_value(table.c[key], value) for key, value in row.items()}
                    for row in rows
                ],
            )
            counts[name] = counts.get(name, 0) + len(rows)
            progress(len(rows))
        try:
            complete(connection, *_stated(file, identities))
        except IdsAlike as alike:
            raise NotABackup(f"{alike}: restore it with the earlier version first") from None
    return counts


@contextmanager
def _unpacked(file: Path, identities: Sequence[Any]) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The lines of a backup, decrypted where it is encrypted.

    Raises:
        NotABackup: it is encrypted, and no key opens it.
    """
    if not is_encrypted(file):
        with gzip.open(file, "rb") as lines:
            yield lines
        return
    if not identities:
        raise NotABackup("it is encrypted: name the file with its secret key")
    try:
        with (
            file.open("rb") as raw,
            decrypted(raw, identities) as packed,
            gzip.GzipFile(fileobj=packed, mode="rb") as lines,
        ):
            yield lines
    except NotDecrypted:
        raise NotABackup("it is encrypted to other keys, or was cut off or changed") from None


def _stated(file: Path, identities: Sequence[Any]) -> tuple[str, datetime]:
    """The revision of a backup that was read before, and when it was made."""
    with _unpacked(file, identities) as lines:
        header = orjson.loads(lines.readline())
    return header["revision"], datetime.fromisoformat(header["made_at"])


def _pages(file: Path, identities: Sequence[Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name, lines in groupby(_lines(file, identities), key=lambda line: line[0]):
        for page in paged(row for _, row in lines):
            yield name, page


def _lines(file: Path, identities: Sequence[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of a backup with its table; that the file is whole is known only after the last.

    Raises:
        NotABackup: it is not.
    """
    digest, counts, ended = hashlib.sha256(), {str(name): 0 for name in metadata.tables}, False
    try:
        with _unpacked(file, identities) as lines:
            header = lines.readline()
            _check_header(header)
            digest.update(header)
            for text in lines:
                line = orjson.loads(text)
                if "counts" in line:
                    same = counts == dict.fromkeys(counts, 0) | line.pop("counts")
                    ended = same and line == {"sha256": digest.hexdigest()} and not lines.read(1)
                    break
                digest.update(text)
                counts[line["table"]] += 1
                yield line["table"], line["row"]
    except (gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError, TypeError) as error:
        raise NotABackup(f"it is unreadable ({type(error).__name__})") from None
    if not ended:
        raise NotABackup("it is incomplete or was changed")


def _check_header(header: bytes) -> None:
    stated = orjson.loads(header)
    if not isinstance(stated, dict) or stated.get("format") != FORMAT:
        raise NotABackup("it is not a backup of these records")
    if stated.get("revision") not in revisions_since(OLDEST):
        raise NotABackup(
            f"it has revision {stated.get('revision')}, but the database has {newest_revision()}"
        )
