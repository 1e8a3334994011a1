"""From a request's body to a determination and its text.

Shared by the single request and the batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, cast

import orjson
from msgspec import ValidationError

from app import clock
from app.access.principal import Principal
from app.api.http.answered.responses import (
    ERRORS_AT_MOST,
    Problem,
    Wrong,
    unknown_edition,
    unknown_question,
)
from app.api.http.asked.parsing import pointer_part
from app.api.http.asked.schemas import AskedSchema
from app.api.http.metrics import DETERMINATIONS
from app.api.http.service import Service, origin
from app.determinations.again.replay import FOUND
from app.determinations.answer import Detail
from app.determinations.cases.case import make_case, read_facts
from app.determinations.cases.events import Stated
from app.determinations.cases.found import Found
from app.determinations.determination import Determination, Issue
from app.determinations.errors import AsOfDiffers, FactError, FactsContradict, FactsRefused
from app.determinations.several.several_events import decide_events
from app.determinations.telling.brief import brief_text
from app.law.errors import LawNotEncoded, UnknownEdition, UnknownQuestion
from app.law.reading.names import walk
from app.records.entries import DeterminationRecord
from app.records.identity import new_id
from app.version import VERSION

GIVEN_TWICE = "Is given twice."
_asked = AskedSchema()


class Asked(TypedDict, total=False):
    """A body that `AskedSchema` has loaded."""

    question: str
    facts: dict[str, object]
    as_of: date
    edition: str
    subject: str


def load_asked(body: object) -> Asked:
    """A parsed JSON text as a request.

    Raises:
        marshmallow.ValidationError: it is not of the shape of one.
    """
    return cast(Asked, _asked.load(cast(Mapping[str, object], body)))


@dataclass(frozen=True, slots=True)
class Decided:
    """A determination with the caller's text. The service always stores the full text."""

    text: bytes
    record: DeterminationRecord | None


def in_detail(issued: bytes, detail: Detail) -> bytes:
    """An issued text in the requested detail; the full text if an earlier program wrote it in its
    own form.
    """
    if detail == "full":
        return issued
    try:
        return brief_text(issued)
    except ValidationError:
        return issued


def typed_facts(service: Service, question: str, given: Mapping[str, object]) -> Stated:
    """The facts of a question, each of its type.

    Raises:
        Problem: unknown-question, or facts-refused with a pointer to each.
    """
    try:
        return read_facts(service.lawbook, question, given)
    except UnknownQuestion:
        raise unknown_question("json") from None
    except FactsRefused as error:
        raise facts_refused(error, given) from None


def facts_refused(error: FactsRefused, given: Mapping[str, object]) -> Problem:
    """The problem for invalid facts, with a pointer to each; for a duplicate, to its second
    place.
    """
    shown = error.errors[:ERRORS_AT_MOST]
    at: dict[str, list[str]] = {wrong.fact: [] for wrong in shown if not wrong.path}
    for keys, _ in walk(given):
        if (name := ".".join(keys)) in at:
            at[name].append("".join(map(pointer_part, keys)))
    errors = []
    for wrong in shown:
        place = "".join(map(pointer_part, wrong.path)) or _place(wrong, at[wrong.fact])
        errors.append(Wrong("json", wrong.detail, pointer=f"/facts{place}", fact=wrong.fact))
    further: dict[str, Any] = (
        {"further_errors": len(error.errors) - len(shown)} if len(error.errors) > len(shown) else {}
    )
    if isinstance(error, FactsContradict):
        told = "Some facts cannot be so together; `errors` points at each of them."
        return Problem("facts-contradict", told, errors, **further)
    return Problem(
        "facts-refused",
        f"Invalid facts: {len(error.errors)}. `errors` points at each.",
        errors,
        **further,
    )


def _place(wrong: FactError, places: list[str]) -> str:
    """Where a fact stands that is named by its whole name: each of several places once."""
    if wrong.detail == GIVEN_TWICE:
        return places[-1]
    return places.pop(0) if len(places) > 1 else places[0]


def determine(service: Service, asked: Asked, today: date, by: Principal) -> Determination:
    """Decide a request on a day, *today* in Massachusetts. A request with a subject is decided with
    the granted waiver that the caller's organization has under that reference.

    Raises:
        RecordDamaged, RecordsUnavailable: the waivers cannot be read.
        Problem: the facts, the day, the question or the edition cannot be taken.
        EngineFault: the engine cannot be trusted with the case.
    """
    given = asked.get("facts", {})
    facts = typed_facts(service, asked["question"], given)
    found = _found(service, asked, facts, today, by)
    edition = asked.get("edition", service.edition)
    try:
        case = make_case(
            service.lawbook,
            asked["question"],
            facts,
            asked.get("as_of"),
            edition,
            today,
            "edition" in asked,
            found,
        )
        return decide_events(service.decider, case)
    except FactsContradict as error:
        raise facts_refused(error, given) from None
    except AsOfDiffers as error:
        raise Problem(
            "as-of-differs",
            str(error),
            [Wrong("json", f"Must be {error.day}, or leave it out.", "/as_of")],
            governed_by=error.governing,
        ) from None
    except UnknownEdition as error:
        raise unknown_edition(error, "json") from None
    except LawNotEncoded as error:
        raise not_encoded(service, error) from None


def _found(
    service: Service, asked: Asked, facts: Stated, today: date, by: Principal
) -> Found | None:
    """The granted waiver of the subject, with an audit entry where there is one."""
    if "subject" not in asked:
        return None
    known = service.lawbook.known_facts(asked["question"])
    governing = service.lawbook.question(asked["question"]).governed_by
    day = facts.get(str(governing)) or asked.get("as_of") or today
    assert isinstance(day, date)
    found = service.waivers.find(known, asked["subject"], by.organization, facts, day)
    if found is not None:
        service.store.note(origin(by.actor).did("waiver.found", found.request, kind="waiver"))
    return found


def _with_found(request_text: str, found: Found | None) -> str:
    """A request as it is stored: with what was found at its end, everything before as it came."""
    if found is None:
        return request_text
    kept = orjson.dumps(
        {"request": found.request, "decided_on": found.decided_on, "facts": found.facts}
    )
    return f'{request_text.rstrip().removesuffix("}")},"{FOUND}":{kept.decode()}}}'


def not_encoded(service: Service, error: LawNotEncoded) -> Problem:
    """The problem for a day without encoded law; it lists the encoded days."""
    return Problem(
        "law-not-encoded",
        f"The service cannot decide {error.question} as of {error.as_of} in the edition "
        f"{error.edition}: {error.because}.",
        question=error.question,
        as_of=error.as_of,
        edition=error.edition,
        encoded=service.encoded_days(error.question, error.edition),
    )


def decide(
    service: Service,
    asked: Asked,
    request_text: str,
    by: Principal,
    keep: bool,
    detail: Detail = "full",
    id: str | None = None,
    replaces: str | None = None,
) -> Decided:
    """Decide a request and create the record, without storing it. A record to store gets a new id,
    or *id*.

    *replaces* is the determination that this one replaces.

    Raises:
        Problem, EngineFault: see `determine`.
    """
    decided_at, subject = clock.now(), asked.get("subject")
    determination = determine(service, asked, clock.day_of(decided_at), by)
    DETERMINATIONS.labels(determination.question.id, determination.outcome).inc()
    issue = Issue((id or new_id(decided_at)) if keep else None, decided_at, subject, replaces)
    if not keep:
        return Decided(determination.json(detail, issue), None)
    text = determination.json("full", issue)
    request_text = _with_found(request_text, determination.found)
    record = _record(determination, issue, text, request_text, by)
    return Decided(in_detail(text, detail), record)


def _record(
    determination: Determination, issue: Issue, text: bytes, request_text: str, by: Principal
) -> DeterminationRecord:
    """What is stored of an issued determination, whose *text* is the full one."""
    assert issue.id is not None  # only what is stored has an id
    return DeterminationRecord(
        id=issue.id,
        decided_at=issue.decided_at,
        question=determination.question.id,
        as_of=determination.as_of,
        edition=determination.edition,
        outcome=determination.outcome,
        subject=issue.subject,
        law_digest=determination.law_digest,
        request=request_text,
        document=text.decode(),
        author=by.actor,
        organization=by.organization,
        replaces=issue.replaces,
        made_by=VERSION,
        decisive=determination.decisive,
    )
