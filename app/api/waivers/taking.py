"""A step at an address: what went wrong becomes a problem, what went well an answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Response, g

from app import clock
from app.api.http.answered.responses import Problem, if_match, json_response, tagged
from app.api.http.service import Service, current_service, origin, principal
from app.api.people.actors import actor_words
from app.api.waivers.showing import sees_whole, taken_answer
from app.instants import instant_text
from app.records.applicants.encryption import Unreadable
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.waivers.desk import Overtaken, Taker, Taking, UnknownRequest
from app.waivers.states import NotPossible
from app.waivers.who_may import NotTheirs

STEP_PROBLEMS = ("unknown-waiver-request", "step-not-possible", "step-not-yours", "record-damaged")
IF_MATCH = "The ETag of the request as you read it."
_VERSION = re.compile(r'"([0-9]{1,9})"')
_NO_VERSION = 0
"""What no request has: with it the step is refused, and the answer says who was first."""


def taker() -> Taker:
    """The caller of the present request, as the desk knows them."""
    return Taker(principal(), origin())


@contextmanager
def having_read(version: int) -> Iterator[None]:
    """Take a step on a request as a page showed it, whose form carries the *version*."""
    g.waiver_version = version
    try:
        yield
    finally:
        del g.waiver_version


def expected_version() -> int | None:
    """The version that the caller has read, by If-Match or by the form of a page; none where any
    will do.

    Raises:
        Problem: precondition-required, precondition-failed.
    """
    if "waiver_version" in g:
        return int(g.waiver_version)
    header = if_match("Read the request first, and send its ETag as If-Match.")
    if header == "*":
        return None
    matched = _VERSION.fullmatch(header)
    return int(matched[1]) if matched else _NO_VERSION


@contextmanager
def desk_problems() -> Iterator[None]:
    """Turn what the desk refuses into problems.

    Raises:
        Problem: unknown-waiver-request, precondition-failed, step-not-possible, step-not-yours.
    """
    try:
        yield
    except UnknownRequest:
        raise unknown_request() from None
    except Overtaken as error:
        raise _overtaken(error.last) from None
    except NotPossible as error:
        can = ", ".join(error.possible) or "none"
        raise Problem(
            "step-not-possible",
            f"The request is {error.state.replace('_', ' ')}. Steps possible from there: {can}.",
            possible=error.possible,
        ) from None
    except NotTheirs as error:
        raise Problem("step-not-yours", error.because) from None
    except Unreadable:
        raise Problem("paper-unreadable", "Tell the people who run the service.") from None


def _overtaken(last: WaiverStep) -> Problem:
    """The problem for a step that came too late. Who was first, and with what, it tells those who
    see the steps of the request.
    """
    again = "Read the request again, then decide whether your step still applies."
    request = current_service().desk.find(last.request, principal())
    if not sees_whole(request, principal()):
        detail = f"Somebody else took a step first. {again}"
        return Problem("precondition-failed", detail, at=instant_text(last.at))
    return Problem(
        "precondition-failed",
        f"{actor_words(last.actor)} took the step {last.step} first. {again}",
        step=last.step,
        by=last.actor,
        at=instant_text(last.at),
    )


def unknown_request() -> Problem:
    """The problem for a request that there is not, or not for the caller; both are the same."""
    return Problem("unknown-waiver-request", "No waiver request that you may see has this id.")


def found_request(service: Service, id: UUID) -> WaiverRequest:
    """A request that the caller may see.

    Raises:
        Problem: unknown-waiver-request.
    """
    with desk_problems():
        return service.desk.find(str(id), principal())


def take_step(id: UUID, step: str, taking: Taking) -> Response:
    """Take a step for the caller of the present request, and answer with the request after it.

    Raises:
        Problem: see `desk_problems`, `expected_version`.
    """
    service, version = current_service(), expected_version()
    with desk_problems():
        after = service.desk.take(str(id), step, taker(), version, clock.now(), taking)
    return step_answer(service, after)


def step_answer(service: Service, after: WaiverRequest) -> Response:
    """The answer to a step."""
    return tagged(json_response(taken_answer(service, after, principal())), after.version)


def texts(**written: Any) -> dict[str, str]:
    """What people wrote, without what they left out."""
    return {name: text for name, text in written.items() if text is not None}
