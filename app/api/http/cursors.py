"""Where a list goes on: an opaque, signed cursor that holds at one address for one search of one
caller and for no other.
"""

import hashlib

import orjson
from flask import request
from itsdangerous import BadData, URLSafeSerializer

from app.api.http.problems import Problem, Wrong
from app.api.http.service import principal


def _signer(secret: str, search: object) -> URLSafeSerializer:
    about = orjson.dumps(
        [request.endpoint, principal().actor, search], option=orjson.OPT_SORT_KEYS, default=str
    )
    return URLSafeSerializer(secret, salt=f"cursor:{hashlib.sha256(about).hexdigest()}")


def cursor_after(secret: str, search: object, last: str) -> str:
    """The cursor that goes on after an id."""
    signed = _signer(secret, search).dumps(last)
    return signed if isinstance(signed, str) else signed.decode()


def place_of(secret: str, search: object, cursor: str | None) -> str | None:
    """The id that a cursor goes on after; none without a cursor.

    Raises:
        Problem: invalid-request; the cursor is not one of this search.
    """
    if cursor is None:
        return None
    try:
        return str(_signer(secret, search).loads(cursor))
    except BadData:
        raise Problem(
            "invalid-request",
            "The cursor does not belong to this search.",
            [
                Wrong(
                    "json",
                    "Must be the next_cursor of the same search, as it came.",
                    pointer="/cursor",
                )
            ],
        ) from None
