"""What an event tells of a waiver request: what happened, without circumstances and reasons."""

from collections.abc import Mapping
from typing import Any

import orjson

from app.api.records.answers import EventType
from app.records.ledger.events import Follower
from app.waivers.states import CORRECTED

_TYPES: Mapping[str, EventType] = {
    "grant": "waiver.granted",
    "deny": "waiver.denied",
    "return": "waiver.returned",
    "not-needed": "waiver.not_needed",
    "withdraw": "waiver.withdrawn",
    "carrier-told": "waiver.carrier_told",
}
_CORRECTED_TO: Mapping[str, EventType] = {"granted": "waiver.granted", "denied": "waiver.denied"}


def waiver_event(
    columns: Mapping[str, Any], follower: Follower
) -> tuple[EventType, dict[str, Any]]:
    """The type and the data of the event of a step, for one who follows.

    The organization whose denial is named gets its own reference, never that of the request.
    """
    own = follower.desk.everything or columns["organization"] == follower.desk.organization
    named = ("subject", "organization") if own else ("denial_subject", "denial_organization")
    data: dict[str, Any] = {
        "id": columns["request"],
        "state": columns["state"],
        "subject": columns[named[0]],
        "organization": columns[named[1]],
        "denial": columns["denial"],
        "href": f"/v1/waiver-requests/{columns['request']}",
    }
    step = columns["step"]
    if step == "carrier-told":
        content = orjson.loads(columns["content"])
        data |= {name: content.get(name) for name in ("on", "in_time")}
    if step == CORRECTED:
        return _CORRECTED_TO[columns["state"]], {**data, "corrected": True}
    return _TYPES[step], data
