"""Where a list goes on: an opaque, signed cursor that holds at one address for one search of one
caller and for no other.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from msgspec import UNSET, UnsetType

from app.api.http.answered.responses import Problem, Wrong
from app.api.http.service import principal

OF_THE_PAGE = ("limit", "cursor")
"""What a search sends to say which page it wants, and not what it searches for."""


def searched(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The criteria of a search, without its page."""
    return {name: value for name, value in wanted.items() if name not in OF_THE_PAGE}


def _signer(wanted: Mapping[str, Any]) -> URLSafeSerializer:
    about = orjson.dumps(
        [request.endpoint, principal().actor, searched(wanted)],
        option=orjson.OPT_SORT_KEYS,
        default=str,
    )
    assert isinstance(current_app.secret_key, str)
    return URLSafeSerializer(
        current_app.secret_key, salt=f"cursor:{hashlib.sha256(about).hexdigest()}"
    )


def next_cursor(wanted: Mapping[str, Any], places: Sequence[str]) -> str | UnsetType:
    """The cursor of the next page, if the search found more than the page has."""
    if len(places) <= wanted["limit"]:
        return UNSET
    signed = _signer(wanted).dumps(places[wanted["limit"] - 1])
    return signed if isinstance(signed, str) else signed.decode()


def place_of(wanted: Mapping[str, Any], in_query: bool = False) -> str | None:
    """The place that a search is to go on after; none where it sent no cursor. *in_query*: it sent
    its criteria in the query.

    Raises:
        Problem: invalid-request; the cursor is not one of this search.
    """
    if "cursor" not in wanted:
        return None
    try:
        return str(_signer(wanted).loads(wanted["cursor"]))
    except BadData:
        must = "Must be the next_cursor of the same search, unchanged."
        wrong = (
            Wrong("query", must, name="cursor")
            if in_query
            else Wrong("json", must, pointer="/cursor")
        )
        raise Problem(
            "invalid-request", "The cursor does not belong to this search.", [wrong]
        ) from None
