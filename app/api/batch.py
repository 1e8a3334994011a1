"""Many requests in one: JSON Lines in, JSON Lines out, each line answered in its place."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

import orjson
from flask import Request, stream_with_context
from marshmallow import ValidationError

from app.api.authority import principal
from app.api.blueprint import refuse, whole
from app.api.deciding import Decided, decide, load_asked
from app.api.faults import log_fault, log_unexpected
from app.api.problems import Document, Problem
from app.api.service import Service
from app.api.trail import audit_entry
from app.determinations.strict_json import MalformedJson, loads
from app.records.entries import Kept
from app.records.errors import RecordsUnavailable

KEPT_TOGETHER = 50
"""Lines kept in one transaction; a line is told only after its transaction has ended."""
IN_MEMORY = 1_048_576

Answer = tuple[int, Decided | Problem]


def answer_lines(service: Service, incoming: Request, keep: bool) -> Iterator[bytes]:
    """The answers to the lines of a stream, one line each, decided while they are sent.

    The request is taken in before anything is answered: a client that sends everything before it reads would otherwise wait for us
    while we wait for it.

    Raises:
        Problem: incomplete-body, body-too-large.
    """
    spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed by the generator)
    whole(incoming, lambda: _take_in(incoming.stream, spool), lambda taken: taken)
    spool.seek(0)
    lines = _numbered(spool, service.settings.body_bytes, service.settings.batch_lines)
    return stream_with_context(_tell(service, lines, keep, spool))


def _take_in(stream: IO[bytes], spool: IO[bytes]) -> int:
    taken = 0
    while block := stream.read(65_536):
        taken += spool.write(block)
    return taken


def _numbered(lines: IO[bytes], longest: int, most: int) -> Iterator[tuple[int, bytes | Problem]]:
    """The lines that are not blank, with their numbers; one that is too long is skipped over, one too many ends the batch."""
    number = 0
    while line := lines.readline(longest + 2):
        number += 1
        if number > most:
            yield number, Problem("too-many-lines", f"A batch may have {most} lines. Send the rest in another batch.")
            return
        text = line.rstrip(b"\r\n")
        if len(text) > longest:
            while line and not line.endswith(b"\n"):
                line = lines.readline(65_536)
            yield number, Problem("line-too-long", f"A line may have {longest} bytes.")
        elif text.strip():
            yield number, text


def _answer(service: Service, line: bytes | Problem, keep: bool) -> Decided | Problem:
    try:
        if isinstance(line, Problem):
            return line
        return decide(service, load_asked(loads(line)), line.decode(), principal(), keep)
    except MalformedJson as error:
        return Problem("malformed-json", str(error))
    except ValidationError as error:
        return refuse(error, "json")
    except Problem as problem:
        return problem
    except Exception as error:  # one line must not end the others
        log_unexpected(error)
        return Problem("internal-error", "Nothing was kept for this line.")


def _tell(service: Service, lines: Iterator[tuple[int, bytes | Problem]], keep: bool, spool: IO[bytes]) -> Iterator[bytes]:
    together: list[Answer] = []
    with spool:
        for number, line in lines:
            together.append((number, _answer(service, line, keep)))
            if not keep or len(together) == KEPT_TOGETHER:
                yield from _told(service, together)
                together = []
        yield from _told(service, together)


def _told(service: Service, answers: list[Answer]) -> Iterator[bytes]:
    """Keep what is to be kept, all of it or nothing; then the lines."""
    records = [answer.record for _, answer in answers if isinstance(answer, Decided) and answer.record is not None]
    kept = [Kept(record, audit_entry("determination.made", "determination", record.id)) for record in records]
    lost: Problem | None = None
    try:
        service.store.keep_many(kept)
    except RecordsUnavailable as error:
        log_fault(str(error))
        lost = Problem("records-unavailable", "Nothing was kept for this line. Send it again.")
    for number, answer in answers:
        told = lost if lost is not None and isinstance(answer, Decided) and answer.record is not None else answer
        yield _line(number, told)


def _line(number: int, answer: Decided | Problem) -> bytes:
    if isinstance(answer, Decided):
        return b'{"line":%d,"determination":%b}\n' % (number, answer.text)
    document: Document = {"line": number, "problem": answer.document()}
    return orjson.dumps(document) + b"\n"
