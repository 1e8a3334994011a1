"""Many requests in one: JSON Lines in, JSON Lines out, each line answered in its place."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from flask import Request, stream_with_context
from marshmallow import ValidationError
from msgspec import Raw

from app.api.determinations.answers import BatchLineAnswer
from app.api.determinations.deciding import Decided, decide, load_asked
from app.api.http.answers import encode
from app.api.http.authority import principal
from app.api.http.faults import log_unexpected, not_kept, record_damaged
from app.api.http.idempotency import Attempt, attempt_at, claimed
from app.api.http.limits import counting_lines
from app.api.http.parsing import refuse, whole
from app.api.http.problems import Problem
from app.api.http.service import Service
from app.api.http.trail import audit_entry
from app.determinations.strict_json import MalformedJson, loads
from app.records.entries import Kept
from app.records.errors import RecordDamaged, RecordsUnavailable

KEPT_TOGETHER = 50
"""Lines kept in one transaction; a line is told only after its transaction has ended."""
IN_MEMORY = 1_048_576

ROUTE = "POST /v1/determinations/batch"
Told = Decided | Attempt | Problem
"""What a line comes to: decided now, answered before under its key, or refused."""


class Line(NamedTuple):
    """One line of a batch with what it comes to; *attempt* is where its key is known from."""

    number: int
    told: Told
    attempt: Attempt | None = None

    @property
    def is_new(self) -> bool:
        """Whether it has to be kept."""
        return isinstance(self.told, Decided) and self.told.record is not None


@dataclass(frozen=True, slots=True)
class Batch:
    """What holds for every line: whether determinations are kept, and the key that each line's own
    is made of.
    """

    service: Service
    keep: bool
    key: str | None

    def line(self, number: int, text: bytes | Problem) -> Line:
        """Decide one line, or tell what is wrong with it.

        One answered before under its key is not decided again.
        """
        if isinstance(text, Problem):
            return Line(number, text)
        try:
            attempt = attempt_at(self.service, ROUTE, self.key and f"{self.key}\n{number}", text)
            if attempt.earlier is not None:
                return Line(number, attempt)
            return Line(
                number,
                decide(
                    self.service, load_asked(loads(text)), text.decode(), principal(), self.keep
                ),
                attempt,
            )
        except MalformedJson as error:
            return Line(number, Problem("malformed-json", str(error)))
        except ValidationError as error:
            return Line(number, refuse(error, "json"))
        except Problem as problem:
            return Line(number, problem)
        except RecordsUnavailable as error:
            return Line(number, not_kept(error, NOT_KEPT))
        except RecordDamaged as error:
            return Line(number, record_damaged(error))
        except Exception as error:  # one line must not end the others
            log_unexpected(error)
            return Line(number, Problem("internal-error", "Nothing was kept for this line."))


NOT_KEPT = "Nothing was kept for this line. Send it again."


def answer_lines(
    service: Service, incoming: Request, keep: bool, key: str | None
) -> Iterator[bytes]:
    """The answers to the lines of a stream, one line each, decided while they are sent.

    The request is taken in before anything is answered: a client that sends everything before it
    reads would otherwise wait for us while we wait for it.

    Raises:
        Problem: incomplete-body, body-too-large, request-in-flight.
    """
    with ExitStack() as until_told:
        spool = until_told.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        whole(incoming, lambda: _take_in(incoming.stream, spool), lambda taken: taken)
        spool.seek(0)
        until_told.enter_context(claimed(service, ROUTE, key))
        lines = _numbered(spool, service.settings.body_bytes, service.settings.batch_lines)
        return stream_with_context(
            _tell(Batch(service, keep, key), _counted(lines), until_told.pop_all())
        )


def _take_in(stream: IO[bytes], spool: IO[bytes]) -> int:
    taken = 0
    while block := stream.read(65_536):
        taken += spool.write(block)
    return taken


def _numbered(lines: IO[bytes], longest: int, most: int) -> Iterator[tuple[int, bytes | Problem]]:
    """The lines that are not blank, with their numbers.

    One that is too long is skipped over, one too many ends the batch.
    """
    number = 0
    while line := lines.readline(longest + 2):
        number += 1
        if number > most:
            yield (
                number,
                Problem(
                    "too-many-lines",
                    f"A batch may have {most} lines. Send the rest in another batch.",
                ),
            )
            return
        text = line.rstrip(b"\r\n")
        if len(text) > longest:
            while line and not line.endswith(b"\n"):
                line = lines.readline(65_536)
            yield number, Problem("line-too-long", f"A line may have {longest} bytes.")
        elif text.strip():
            yield number, text


def _counted(lines: Iterator[tuple[int, bytes | Problem]]) -> Iterator[tuple[int, bytes | Problem]]:
    """The lines; in place of those beyond what their sender may ask in a minute, the problem that
    says so.
    """
    count = counting_lines()
    for number, line in lines:
        try:
            count()
        except Problem as problem:
            yield number, problem
        else:
            yield number, line


def _tell(
    batch: Batch, lines: Iterator[tuple[int, bytes | Problem]], until_told: ExitStack
) -> Iterator[bytes]:
    together: list[Line] = []
    with until_told:
        for number, text in lines:
            together.append(batch.line(number, text))
            if not batch.keep or len(together) == KEPT_TOGETHER:
                yield from _told(batch.service, together)
                together = []
        yield from _told(batch.service, together)


def _told(service: Service, lines: list[Line]) -> Iterator[bytes]:
    """Keep what is to be kept, all of it or nothing; then the lines."""
    lost: Problem | None = None
    try:
        service.store.keep_many(_kept(line) for line in lines if line.is_new)
    except RecordsUnavailable as error:
        lost = not_kept(error, NOT_KEPT)
    for line in lines:
        yield _line(line.number, lost if lost is not None and line.is_new else line.told)


def _kept(line: Line) -> Kept:
    assert (
        isinstance(line.told, Decided) and line.told.record is not None and line.attempt is not None
    )
    record = line.told.record
    answer = line.attempt.record(
        record.decided_at, 201, f"/v1/determinations/{record.id}", determination=record.id
    )
    return Kept(record, audit_entry("determination.made", "determination", record.id), answer)


def _line(number: int, told: Told) -> bytes:
    if isinstance(told, Problem):
        line = BatchLineAnswer(line=number, problem=told.answer())
    else:
        text = told.text if isinstance(told, Decided) else told.earlier_body.encode()
        line = BatchLineAnswer(line=number, determination=Raw(text))
    return encode(line) + b"\n"
