"""Idempotency-Key: a retry of a creating request gets the first response and creates nothing."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, request

from app import clock
from app.api.http.answered.responses import JSON, Problem
from app.api.http.service import Service, principal
from app.records.entries import DeterminationRecord, IdempotencyRecord, ResponseFor
from app.records.errors import AlreadyAnswered, RecordDamaged
from app.records.inflight import InFlight
from app.records.store import Stored

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
RETRY_AFTER_SECONDS = "1"
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,255}")
"""Servers put a header that was sent twice together with a comma, so a key has none."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """One attempt at a creating request. Without a key nothing of it is remembered."""

    actor: str
    route: str
    key: str | None
    payload: str
    earlier: IdempotencyRecord | None = None
    earlier_body: str = ""
    earlier_record: DeterminationRecord | None = None

    def record(
        self,
        kept_at: datetime,
        status: int,
        location: str | None = None,
        etag: str | None = None,
        determination: str | None = None,
        body: str | None = None,
    ) -> IdempotencyRecord | None:
        """The response to store in the transaction of the creation."""
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

    def created(self, path: str) -> ResponseFor:
        """The response to store with something that is created under a path, once it has an id."""
        return lambda id: self.record(clock.now(), 201, f"{path}/{id}")

    def replayed(self, told: Callable[[bytes], bytes] = bytes) -> Response:
        """The stored response to the first request with this key."""
        assert self.earlier is not None
        response = Response(
            told(self.earlier_body.encode()), self.earlier.status, {REPLAYED: "true"}, mimetype=JSON
        )
        for name, value in (("Location", self.earlier.location), ("ETag", self.earlier.etag)):
            if value is not None:
                response.headers[name] = value
        return response

    def replayed_as(self, told: Callable[[str], Response]) -> Response:
        """The object that the first request with this key created, as it is now, without one-time
        secrets.
        """
        assert self.earlier is not None and self.earlier.location is not None
        response = told(self.earlier.location.rpartition("/")[2])
        response.headers[REPLAYED] = "true"
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
            "Send the header once, with 1 to 255 visible ASCII characters and no comma. A UUID "
            "is fine.",
        )
    return key


def digest_of(key: str | None) -> str | None:
    """A key as it is stored."""
    return None if key is None else hashlib.sha256(key.encode()).hexdigest()


def idempotent_request(
    route: str, key: str | None, payload: bytes, stored: Mapping[str, Stored | RecordDamaged]
) -> IdempotentRequest:
    """An attempt under a key's digest, beside the responses that are *stored* under digests.

    Raises:
        Problem: idempotency-key-reused; the key came with another payload before.
        RecordDamaged: the response stored under the key is not as it was stored.
    """
    attempt = IdempotentRequest(principal().actor, route, key, hashlib.sha256(payload).hexdigest())
    earlier = None if key is None else stored.get(key)
    if earlier is None:
        return attempt
    if isinstance(earlier, RecordDamaged):
        raise earlier
    if earlier.response.payload != attempt.payload:
        raise Problem(
            "idempotency-key-reused",
            "You already used this key for another request. Send a new key for a new request.",
        )
    return replace(
        attempt,
        earlier=earlier.response,
        earlier_body=earlier.body,
        earlier_record=earlier.record,
    )


@contextmanager
def claimed(service: Service, route: str, key: str | None) -> Iterator[None]:
    """Claim a key while its request is in progress.

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
        raise in_flight() from None


def in_flight() -> Problem:
    """Another request with the same key came first, and its response is not known yet."""
    return Problem(
        "request-in-flight",
        "A request with this key is in progress. Retry after the seconds in Retry-After.",
        headers={"Retry-After": RETRY_AFTER_SECONDS},
    )


@contextmanager
def once(
    service: Service, route: str, keyed: Callable[[bytes], bytes] | None = None
) -> Iterator[IdempotentRequest]:
    """The present request with its idempotency key; *route* names what it creates, such as `POST
    /v1/determinations`.

    *keyed* hashes the payload with a key before it is stored, so that nobody can try names against
    the digest.

    Raises:
        Problem: the key is missing, malformed, used with another payload, or in flight.
    """
    sent = request.full_path.encode() + b"\n" + request.get_data(cache=True)
    with once_under(service, route, given_key(), sent if keyed is None else keyed(sent)) as attempt:
        yield attempt


@contextmanager
def once_under(
    service: Service, route: str, key: str | None, payload: bytes
) -> Iterator[IdempotentRequest]:
    """An attempt under a key that the caller knows, with what came of the first one.

    Raises:
        Problem: the key was used with another payload, or is in flight.
    """
    with claimed(service, route, key):
        actor, digest = principal().actor, digest_of(key)
        stored = {} if digest is None else service.store.stored_responses(actor, route, [digest])
        yield idempotent_request(route, digest, payload, stored)
