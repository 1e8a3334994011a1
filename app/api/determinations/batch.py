"""Many requests in one: JSON Lines in, JSON Lines out, each line answered in its place."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Request, Response, stream_with_context
from marshmallow import ValidationError
from msgspec import Raw

from app.access.origin import Origin
from app.api.determinations.answers import BatchLineAnswer
from app.api.determinations.deciding import Decided, decide, in_detail, load_asked
from app.api.determinations.stored import KIND
from app.api.http.answered.answers import unset_if_none
from app.api.http.answered.faults import (
    engine_fault,
    log_unexpected,
    record_damaged,
    records_unavailable,
)
from app.api.http.answered.responses import Problem
from app.api.http.asked.bulkheads import current_bulkheads
from app.api.http.asked.idempotency import (
    IdempotentRequest,
    claimed,
    digest_of,
    idempotent_request,
    in_flight,
)
from app.api.http.asked.limits import counting_lines
from app.api.http.asked.parsing import refuse, whole
from app.api.http.service import Service, origin, principal
from app.api.transparency.receipts import receipt_text
from app.determinations.answer import Detail, encode
from app.determinations.cases.strict_json import MalformedJson, loads
from app.engine import EngineFault
from app.records.entries import DeterminationRecord, NewDetermination
from app.records.errors import (
    AlreadyAnswered,
    RecordDamaged,
    RecordRefused,
    RecordsUnavailable,
)
from app.records.numbers.numbers import in_groups, numbers_of
from app.records.store import Stored

TOGETHER = 100
"""Lines per transaction. The service responds to a line after its transaction has ended."""
IN_MEMORY = 1_048_576
GZIP_LEVEL = 1
"""Answers repeat themselves so much that more effort saves little."""
GZIP_FORMAT = zlib.MAX_WBITS | 16
STORED_NOTHING = "The service stored nothing for this line. Send it again."
ROUTE = "POST /v1/determinations/batch"
Numbered = tuple[int, bytes | Problem]
"""A line's number with its text, or with what is wrong with that before it is read."""
Result = Decided | IdempotentRequest | Problem
"""What a line comes to: decided now, answered before under its key, or refused."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The options for all lines: whether to store, and the idempotency key from which each line
    gets its own.
    """

    service: Service
    keep: bool
    key: str | None
    detail: Detail

    def answers(self, lines: Iterable[Numbered]) -> Iterator[bytes]:
        """The answer to each line, some lines at a time where they are stored."""
        remaining = iter(lines)
        while together := list(islice(remaining, TOGETHER if self.keep else 1)):
            results, numbers = self._results(together)
            for (number, _), result in zip(together, results, strict=True):
                yield self._line(number, result, numbers)

    def _earlier_numbers(self, results: Sequence[Result]) -> dict[str, str]:
        """The short numbers of what was stored before, by id. Without a database there are none:
        the lines are answered all the same.
        """
        earlier = [each for each in results if isinstance(each, IdempotentRequest)]
        ids = [record.id for each in earlier if (record := _record_of(each)) is not None]
        try:
            return numbers_of(self.service.store, KIND, ids) if ids else {}
        except RecordsUnavailable:
            return {}

    def _line(self, number: int, result: Result, numbers: Mapping[str, str]) -> bytes:
        if isinstance(result, Problem):
            return encode(BatchLineAnswer(line=number, problem=result.answer())) + b"\n"
        if isinstance(result, Decided):
            text = result.text
        else:
            text = in_detail(result.earlier_body.encode(), self.detail)
        record = _record_of(result)
        short = None if record is None else numbers.get(record.id)
        line = BatchLineAnswer(
            line=number,
            determination=Raw(text),
            record_number=unset_if_none(None if short is None else in_groups(short)),
            receipt=unset_if_none(receipt_text(self.service, record)),
        )
        return encode(line) + b"\n"

    def _results(self, lines: Sequence[Numbered]) -> tuple[list[Result], Mapping[str, str]]:
        """What some lines come to, and the short numbers by id; what is new is stored."""
        keys = [digest_of(self.key and f"{self.key}\n{number}") for number, _ in lines]
        try:
            stored = self._stored([key for key in keys if key is not None])
        except RecordsUnavailable as error:
            return [records_unavailable(error, STORED_NOTHING)] * len(lines), {}
        results: list[Result] = []
        new: dict[int, NewDetermination] = {}
        by = origin()
        for place, (key, (_, text)) in enumerate(zip(keys, lines, strict=True)):
            result, attempt = self._result(key, text, stored)
            results.append(result)
            if attempt is not None and isinstance(result, Decided) and result.record is not None:
                new[place] = _new(result.record, attempt, by)
        numbers = self._earlier_numbers(results)
        for place, problem in self._store(new, numbers):
            results[place] = problem
        return results, numbers

    def _stored(self, keys: Sequence[str]) -> dict[str, Stored | RecordDamaged]:
        if not keys:
            return {}
        return self.service.store.stored_responses(principal().actor, ROUTE, keys)

    def _result(
        self, key: str | None, text: bytes | Problem, stored: Mapping[str, Stored | RecordDamaged]
    ) -> tuple[Result, IdempotentRequest | None]:
        """Decide one line, or say what is wrong with it; one answered before under its key is not
        decided again.
        """
        if isinstance(text, Problem):
            return text, None
        try:
            attempt = idempotent_request(ROUTE, key, text, stored)
            if attempt.earlier is not None:
                return attempt, None
            asked = load_asked(loads(text))
            sent, by = text.decode(), principal()
            return decide(self.service, asked, sent, by, self.keep, self.detail), attempt
        except MalformedJson as error:
            return Problem("malformed-json", str(error)), None
        except ValidationError as error:
            return refuse(error, "json"), None
        except Problem as problem:
            return problem, None
        except RecordsUnavailable as error:  # who looked for a granted waiver
            return records_unavailable(error, STORED_NOTHING), None
        except RecordDamaged as error:
            return record_damaged(error), None
        except EngineFault as error:
            return engine_fault(error), None
        except Exception as error:  # one line must not end the others
            log_unexpected(error)
            return Problem("internal-error", "The service stored nothing for this line."), None

    def _store(
        self, new: Mapping[int, NewDetermination], numbers: dict[str, str]
    ) -> Iterator[tuple[int, Problem]]:
        """Store determinations in one transaction, add their *numbers* by id, and give the places
        of those that could not be stored.

        Where the database refuses one of them, each is stored on its own.
        """
        try:
            numbers |= self.service.store.keep_many(list(new.values()))
        except (AlreadyAnswered, RecordsUnavailable) as error:
            if len(new) > 1 and isinstance(error, (AlreadyAnswered, RecordRefused)):
                for place, each in new.items():
                    yield from self._store({place: each}, numbers)
                return
            problem = (
                in_flight()
                if isinstance(error, AlreadyAnswered)
                else records_unavailable(error, STORED_NOTHING)
            )
            yield from ((place, problem) for place in new)


def _new(record: DeterminationRecord, attempt: IdempotentRequest, by: Origin) -> NewDetermination:
    response = attempt.record(
        record.decided_at, 201, f"/v1/determinations/{record.id}", determination=record.id
    )
    return NewDetermination(
        record, by.did("determination.made", record.id, kind="determination"), response
    )


def answer_lines(batch: Batch, incoming: Request) -> Iterator[bytes]:
    """The responses to the lines of a stream, one line each, decided while they are sent.

    It reads the whole request first: a client that sends everything before it reads would otherwise
    block.

    Raises:
        Problem: incomplete-body, body-too-large, request-in-flight, too-many-requests.
    """
    service = batch.service
    with ExitStack() as held:
        spool = held.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        whole(incoming, lambda: _take_in(incoming.stream, spool), lambda taken: taken)
        spool.seek(0)
        held.enter_context(current_bulkheads().batch(principal().actor))
        held.enter_context(claimed(service, ROUTE, batch.key))
        answers = batch.answers(
            _counted(_numbered(spool, service.settings.body_bytes, service.settings.batch_lines))
        )
        return stream_with_context(_until_answered(answers, held.pop_all()))


def compressed(lines: Iterator[bytes], incoming: Request) -> Response:
    """A response of lines, compressed if the client accepts gzip. Each line is sent as soon as it
    is ready.
    """
    response = Response(lines, 200, {"Vary": "Accept-Encoding"}, mimetype=incoming.mimetype)
    if incoming.accept_encodings.quality("gzip") > 0:
        response.response = _gzip(lines)
        response.headers["Content-Encoding"] = "gzip"
    return response


def _gzip(lines: Iterator[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_FORMAT)
    for line in lines:
        yield packing.compress(line) + packing.flush(zlib.Z_SYNC_FLUSH)
    yield packing.flush()


def _take_in(stream: IO[bytes], spool: IO[bytes]) -> int:
    taken = 0
    while block := stream.read(65_536):
        taken += spool.write(block)
    return taken


def _numbered(lines: IO[bytes], longest: int, most: int) -> Iterator[Numbered]:
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
                    f"A batch can have {most} lines. Send the rest in another batch.",
                ),
            )
            return
        text = line.rstrip(b"\r\n")
        if len(text) > longest:
            while line and not line.endswith(b"\n"):
                line = lines.readline(65_536)
            yield number, Problem("line-too-long", f"A line can have {longest} bytes.")
        elif text.strip():
            yield number, text


def _counted(lines: Iterator[Numbered]) -> Iterator[Numbered]:
    """The lines, each once single requests had their turn; in place of those beyond what their
    sender may ask in a minute, the problem that says so.
    """
    count, lanes = counting_lines(), current_bulkheads()
    for number, line in lines:
        lanes.give_way()
        try:
            count()
        except Problem as problem:
            yield number, problem
        else:
            yield number, line


def _until_answered(answers: Iterator[bytes], held: ExitStack) -> Iterator[bytes]:
    with held:
        yield from answers


def _record_of(result: Result) -> DeterminationRecord | None:
    if isinstance(result, Decided):
        return result.record
    return result.earlier_record if isinstance(result, IdempotentRequest) else None
