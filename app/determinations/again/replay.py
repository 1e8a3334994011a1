"""Deciding again what was decided before, from what was kept of it, and saying where the two
differ.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, Protocol

import orjson

from app.determinations.cases.case import make_case, read_facts
from app.determinations.cases.found import Found
from app.determinations.cases.strict_json import MalformedJson, loads
from app.determinations.decide import Decider
from app.determinations.determination import Determination, Issue
from app.determinations.errors import AsOfDiffers, FactsRefused
from app.determinations.several.several_events import decide_events
from app.instants import day_of
from app.law.errors import LawNotEncoded, UnknownEdition, UnknownQuestion
from app.version import VERSION

POINTER_AT_MOST = 300
"""Of a document that was tampered with, names may be of any length."""


FOUND = "found"
"""The member of a kept request with what was found beside its facts. No caller can send it."""


class RequestUnreadable(ValueError):
    """What was kept of a request is no request."""


class Asked(NamedTuple):
    """What a kept request asked: the question, the facts as they were sent, whether it named the
    edition, and what was found beside the facts, as it was kept.
    """

    question: str
    facts: dict[str, object]
    names_edition: bool
    found: object = None


class ReplayInput(Protocol):
    """What is stored of a determination and is needed to decide it again."""

    @property
    def id(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def replaces(self) -> str | None: ...
    @property
    def made_by(self) -> str | None: ...
    @property
    def as_of(self) -> date: ...
    @property
    def edition(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def request(self) -> str: ...
    @property
    def document(self) -> str: ...


def asked_in(request: str) -> Asked:
    """The question and the facts of a kept request, read as strictly as when it came.

    Raises:
        RequestUnreadable: it is not the JSON text of a request.
    """
    try:
        body = loads(request.encode())
    except MalformedJson as error:
        raise RequestUnreadable(str(error)) from None
    if not isinstance(body, dict):
        raise RequestUnreadable("It is not an object.")
    question, facts = body.get("question"), body.get("facts", {})
    if not isinstance(question, str) or not isinstance(facts, dict):
        raise RequestUnreadable("It has no question, or facts that are no object.")
    return Asked(question, facts, "edition" in body, body.get(FOUND))


def decide_again(
    decider: Decider,
    kept: ReplayInput,
    today: date,
    as_of: date | None = None,
    edition: str | None = None,
) -> Determination:
    """The determination of a kept request under the law of a decider, as of the day and in the
    edition of then, or of others. *today* is the day of deciding, in Massachusetts.

    What a request left open, its day and its edition, was filled in when it came; so both are taken
    from what was kept. Another day takes the place of the governing one.

    Raises:
        RequestUnreadable: what was kept is no request.
        FactsRefused, AsOfDiffers, UnknownQuestion, UnknownEdition, LawNotEncoded: that law does not
            take it.
        EngineFault: the engine failed or is contradicted.
    """
    question, given, names_edition, kept_found = asked_in(kept.request)
    facts = read_facts(decider.lawbook, question, given)
    found = None
    if kept_found is not None:
        found = Found.read(decider.lawbook.known_facts(question), kept_found)
    governing = decider.lawbook.question(question).governed_by
    if as_of is not None and governing in facts:
        facts[str(governing)] = as_of
    day = as_of or kept.as_of
    names_edition = names_edition or edition is not None
    edition = edition or kept.edition
    case = make_case(decider.lawbook, question, facts, day, edition, today, names_edition, found)
    return decide_events(decider, case)


def replay(decider: Decider, kept: ReplayInput) -> str | None:
    """Where what is decided again differs from the document that was kept: in the text, where this
    version of the program made it, else in meaning; none where nowhere.

    Raises:
        EngineFault: the engine failed or is contradicted.
    """
    try:
        determination = decide_again(decider, kept, day_of(kept.decided_at))
    except (RequestUnreadable, FactsRefused):
        return "/facts"
    except UnknownQuestion:
        return "/question"
    except UnknownEdition:
        return "/edition"
    except (AsOfDiffers, LawNotEncoded):
        return "/as_of"
    again = determination.json(issue=Issue(kept.id, kept.decided_at, kept.subject, kept.replaces))
    if kept.question != determination.question.id:
        return "/question"
    if kept.outcome != determination.outcome:  # what is searched by must say what the document says
        return "/outcome"
    if compared(kept.made_by) == "bytes":
        return first_difference(kept.document.encode(), again)
    return first_difference(_meaning(kept.document.encode()), _meaning(again))


Compared = Literal["bytes", "meaning"]


def compared(made_by: str | None) -> Compared:
    """How what a version of the program made is compared with what this one decides again."""
    return "bytes" if made_by == VERSION else "meaning"


def _meaning(document: bytes) -> bytes:
    """What a document means: outcome, conclusions, statuses of provisions and findings, and those
    of the questions within. A text of another shape stays as it is.
    """
    try:
        return orjson.dumps(_meaning_of(orjson.loads(document)), option=orjson.OPT_SORT_KEYS)
    except (ValueError, KeyError, TypeError):
        return document


def _meaning_of(decided: dict[str, Any]) -> dict[str, Any]:
    reasons = {
        reason["provision"]: {
            "status": reason["status"],
            "findings": {
                finding["condition"]: [finding["status"], *_within(finding)]
                for finding in reason["findings"]
            },
        }
        for reason in decided["reasons"]
    }
    return {
        "outcome": decided["outcome"],
        "concludes": decided.get("concludes", {}),
        "reasons": reasons,
    }


def _within(finding: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if finding.get("determination"):
        yield _meaning_of(finding["determination"])


def first_difference(kept: bytes, again: bytes) -> str | None:
    """Where two JSON texts differ first: a JSON pointer, or `byte N` where they differ as texts
    only or one is no JSON.

    The pointer tells names and never a value. None where the texts are the same to the byte.
    """
    if kept == again:
        return None
    try:
        pointer = next(_differences(orjson.loads(kept), orjson.loads(again), ""), None)
    except orjson.JSONDecodeError:
        pointer = None
    if pointer is not None:
        return "".join(c if c.isprintable() else "?" for c in pointer[:POINTER_AT_MOST])
    pairs = enumerate(zip(kept, again, strict=False))
    shorter = min(len(kept), len(again))
    return f"byte {next((at for at, (ours, theirs) in pairs if ours != theirs), shorter)}"


def _differences(kept: object, again: object, pointer: str) -> Iterator[str]:
    if isinstance(kept, dict) and isinstance(again, dict):
        for name in [*again, *(name for name in kept if name not in again)]:
            at = pointer + "/" + name.replace("~", "~0").replace("/", "~1")
            if name in kept and name in again:
                yield from _differences(kept[name], again[name], at)
            else:
                yield at
    elif isinstance(kept, list) and isinstance(again, list):
        for number in range(max(len(kept), len(again))):
            at = f"{pointer}/{number}"
            if number < min(len(kept), len(again)):
                yield from _differences(kept[number], again[number], at)
            else:
                yield at
    elif type(kept) is not type(again) or kept != again:
        yield pointer
