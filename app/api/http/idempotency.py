"""Idempotency-Key: a creating request that is sent again is answered as it was the first time, and
creates nothing again.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request

from app.api.http.authority import principal
from app.api.http.problems import Problem
from app.api.http.responses import JSON
from app.api.http.service import Service
from app.records.entries import IdempotencyRecord
from app.records.errors import AlreadyAnswered
from app.records.inflight import InFlight

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
RETRY_AFTER_SECONDS = "1"
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,255}")
"""Servers put a header that was sent twice together with a comma, so a key has none."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a creating request. Without a key nothing of it is remembered."""

    actor: str
    route: str
    key: str | None
    payload: str
    earlier: IdempotencyRecord | None = None
    earlier_body: str = ""

    def record(
        self,
        kept_at: datetime,
        status: int,
        location: str | None = None,
        etag: str | None = None,
        determination: str | None = None,
        body: str | None = None,
    ) -> IdempotencyRecord | None:
        """What is to be kept in the transaction that creates something, so that it is answered the
        same again.
        """
        if self.key is None:
            return None
        return IdempotencyRecord(
            self.actor,
            self.route,
            self.key,
            self.payload,
            kept_at,
            status,
            location,
            etag,
            determination,
            body,
        )

    def replayed(self) -> Response:
        """The answer that the first request with this key got."""
        assert self.earlier is not None
        response = Response(
            self.earlier_body, self.earlier.status, {REPLAYED: "true"}, mimetype=JSON
        )
        for name, value in (("Location", self.earlier.location), ("ETag", self.earlier.etag)):
            if value is not None:
                response.headers[name] = value
        return response


def given_key() -> str | None:
    """The key that the present request carries.

    Raises:
        Problem: idempotency-key-required, where a machine sent none; idempotency-key-malformed.
    """
    key = request.headers.get(HEADER)
    if key is None:
        if principal().is_machine:
            raise Problem(
                "idempotency-key-required",
                f"Send {HEADER} with a value of your own, a new one for each new request.",
            )
        return None
    if not _KEY.fullmatch(key):
        raise Problem(
            "idempotency-key-malformed",
            "Send the header once, with 1 to 255 visible ASCII characters other than commas, such "
            "as a UUID.",
        )
    return key


def attempt_at(service: Service, route: str, key: str | None, payload: bytes) -> Attempt:
    """What is known of a key.

    Raises:
        Problem: idempotency-key-reused; the key came with another payload before.
        RecordsUnavailable: the database could not be asked.
    """
    actor, digest = principal().actor, hashlib.sha256(payload).hexdigest()
    if key is None:
        return Attempt(actor, route, None, digest)
    hashed = hashlib.sha256(key.encode()).hexdigest()
    earlier = service.store.answer(actor, route, hashed)
    if earlier is None:
        return Attempt(actor, route, hashed, digest)
    if earlier[0].payload != digest:
        raise Problem(
            "idempotency-key-reused",
            "This key came with another request before. Send a new key for a new request.",
        )
    return Attempt(actor, route, hashed, digest, *earlier)


@contextmanager
def claimed(service: Service, route: str, key: str | None) -> Iterator[None]:
    """Hold a key while its request is worked on.

    Raises:
        Problem: request-in-flight, with Retry-After.
    """
    if key is None:
        yield
        return
    try:
        with service.claims.claim(principal().actor, route, key):
            yield
    except (InFlight, AlreadyAnswered):
        detail = (
            "A request with this key is being worked on. Send it again after the seconds "
            "that Retry-After names."
        )
        raise Problem(
            "request-in-flight", detail, headers={"Retry-After": RETRY_AFTER_SECONDS}
        ) from None


@contextmanager
def once(
    service: Service, route: str, keyed: Callable[[bytes], bytes] | None = None
) -> Iterator[Attempt]:
    """The present request as an attempt under its key; *route* names what is created, such as `POST
    /v1/determinations`.

    *keyed* digests what was sent under a key before it is kept as a digest, so that nobody can try
    out names against that.

    Raises:
        Problem: the key is missing, malformed, used with another payload, or in flight.
    """
    key = given_key()
    with claimed(service, route, key):
        sent = request.full_path.encode() + b"\n" + request.get_data(cache=True)
        yield attempt_at(service, route, key, sent if keyed is None else keyed(sent))
