"""Replay a stored determination, reconsider it under today's law, or replace it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import orjson
from flask import Blueprint, Response, request

from app import clock
from app.api.determinations.answers import ReconsiderationAnswer, ReplayAnswer
from app.api.determinations.deciding import Asked, decide, facts_refused
from app.api.determinations.stored import KIND, keep, kept, kept_own, law_texts, note, text_of
from app.api.determinations.voiding import already_void
from app.api.http.answered.answers import RefusedFactAnswer
from app.api.http.answered.faults import log_fault
from app.api.http.answered.responses import Problem, entity_tag, if_match, json_response
from app.api.http.asked.idempotency import IdempotentRequest, once
from app.api.http.asked.schemas import ReconsiderRequestSchema, RedeterminationSchema
from app.api.http.metrics import REPLAYS
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service, principal
from app.api.records.numbers import number_header
from app.api.transparency.receipts import receipt_header
from app.determinations.again.comparison import changed_files, differing_provisions
from app.determinations.again.older_law import LawAltered, LawNotKept
from app.determinations.again.replay import (
    RequestUnreadable,
    asked_in,
    compared,
    decide_again,
    replay,
)
from app.determinations.answer import DeterminationAnswer, LawAnswer
from app.determinations.cases.case import read_facts
from app.determinations.determination import Determination
from app.determinations.errors import AsOfDiffers, FactsRefused
from app.law.errors import LawNotEncoded, UnknownEdition, UnknownQuestion
from app.records.entries import DeterminationRecord
from app.records.errors import AlreadyReplaced, RecordDamaged, Voided
from app.records.verifying.chains import Link

blp = Blueprint("deciding-again", __name__, url_prefix="/v1/determinations")


@blp.post("/<uuid:id>/replay")
@Operation(
    permission="determinations.replay",
    returns={200: Content("Replay gave the same result.", ReplayAnswer)},
    problems=(
        "unknown-determination",
        "law-not-kept",
        "replay-differs",
        "record-damaged",
        "engine-fault",
    ),
)
def replay_determination(id: UUID) -> Response:
    """Replay a stored determination: decide its stored request again under its stored law.

    If this version of the program issued it, the result must be the same to the byte. If another
    version did, outcome, conclusions and statuses must be the same. `compared` says which. If they
    differ, the service alerts the operator and names the first member that differs. It changes
    nothing.
    """
    return json_response(replayed(id))


def replayed(id: UUID) -> ReplayAnswer:
    """What a replay of a stored determination comes to, entered in the audit trail.

    Raises:
        Problem: unknown-determination, law-not-kept, replay-differs.
        RecordDamaged, EngineFault: see `replay_determination`.
    """
    service = current_service()
    try:
        record = kept(id, unless_changed=False).record
        differs_at = _replayed(service, record)
        if differs_at is None:
            kept(id)  # its digest covers more than what is decided again
    except RecordDamaged:
        REPLAYS.labels("damaged").inc()
        note("determination.replayed", str(id), outcome="damaged")
        raise
    REPLAYS.labels("agreed" if differs_at is None else "differed").inc()
    note("determination.replayed", record.id, outcome="agrees" if differs_at is None else "differs")
    if differs_at is not None:
        log_fault(f"alarm: replay of determination {record.id} differs at {differs_at}")
        detail = "Replay produced a different result. Send the request_id to the operator."
        raise Problem("replay-differs", detail, differs_at=differs_at)
    return ReplayAnswer(
        record.id,
        agrees=True,
        compared=compared(record.made_by),
        made_by=record.made_by,
        law=LawAnswer(record.law_digest),
    )


def _replayed(service: Service, record: DeterminationRecord) -> str | None:
    try:
        return replay(
            service.deciders.under(record.law_digest, lambda digest: law_texts(service, digest)),
            record,
        )
    except LawNotKept as error:
        raise Problem(
            "law-not-kept",
            "The service needs the text of the law to replay the case. The determination stays "
            "as it is.",
            law=error.digest,
        ) from None
    except LawAltered as error:
        return error.differs_at
    except RecordDamaged as error:
        if error.kind != "law":
            raise
        return "/law/digest"


@blp.post("/<uuid:id>/reconsider")
@Operation(
    permission="determinations.reconsider",
    body=ReconsiderRequestSchema,
    body_optional=True,
    returns={
        200: Content(
            "The result at that time and the result today. The service stores neither.",
            ReconsiderationAnswer,
        )
    },
    problems=("unknown-determination", "not-reconsidered", "record-damaged", "engine-fault"),
)
def reconsider_determination(given: dict[str, Any], id: UUID) -> Response:
    """Decide a stored request again under the law as encoded today, without storing the result.

    The service decides the same facts in the same edition as of the same day, or in the edition and
    as of the day that you send. The response compares both outcomes and lists the provisions that
    make the difference. To replace the determination, use `redetermine`.
    """
    record, decided = reconsidered(id, given.get("as_of"), given.get("edition"))
    return json_response(_side_by_side(current_service(), record, decided))


def reconsidered(
    id: UUID, as_of: date | None, edition: str | None
) -> tuple[DeterminationRecord, Determination]:
    """A stored determination, and what its request comes to under the law as encoded today, as of
    another day or in another edition where they are given; entered in the audit trail.

    Raises:
        Problem: unknown-determination, not-reconsidered.
        RecordDamaged, EngineFault: see `reconsider_determination`.
    """
    service, record = current_service(), kept(id).record
    try:
        decided = decide_again(service.decider, record, clock.today(), as_of, edition)
    except (
        FactsRefused,
        AsOfDiffers,
        LawNotEncoded,
        UnknownEdition,
        UnknownQuestion,
        RequestUnreadable,
    ) as error:
        raise _not_reconsidered(error) from None
    note("determination.reconsidered", record.id)
    return record, decided


def _not_reconsidered(error: Exception) -> Problem:
    """Today's law does not take the case.

    Said is what is in its way, by the type of problem that a new request would get.
    """
    match error:
        case FactsRefused():
            refused = [RefusedFactAnswer(wrong.fact, wrong.detail) for wrong in error.errors]
            detail = f"{len(refused)} of the facts no longer fit the encoded law."
            return Problem("not-reconsidered", detail, because="facts-refused", refused=refused)
        case LawNotEncoded():
            detail = f"The edition {error.edition} does not cover {error.as_of}: {error.because}."
            return Problem("not-reconsidered", detail, because="law-not-encoded")
        case AsOfDiffers():
            detail = f"Today another day governs: {error.day}, from {error.governing}."
            return Problem(
                "not-reconsidered", detail, because="as-of-differs", governed_by=error.governing
            )
        case UnknownEdition():
            return Problem(
                "not-reconsidered",
                f"The edition {error.edition} no longer exists.",
                because="unknown-edition",
            )
        case UnknownQuestion():
            return Problem(
                "not-reconsidered",
                f"The question {error.question} no longer exists.",
                because="unknown-question",
            )
    return Problem(
        "not-reconsidered", "The service cannot read the stored request.", because="malformed-json"
    )


def _side_by_side(
    service: Service, record: DeterminationRecord, decided: Determination
) -> ReconsiderationAnswer:
    then, now = orjson.loads(record.document), orjson.loads(decided.json())
    present = service.lawbook
    kept_texts = law_texts(service, record.law_digest)
    return msgspec.convert(
        {
            "id": record.id,
            "question": record.question,
            "as_of": record.as_of,
            "edition": record.edition,
            "same_outcome": record.outcome == decided.outcome,
            "then": then | {"law": {"digest": record.law_digest}},
            "now": now | {"law": {"digest": present.digest}},
            "provisions": differing_provisions(then, now, kept_texts, present.texts),
            "law_files": None if kept_texts is None else changed_files(kept_texts, present.texts),
        },
        ReconsiderationAnswer,
    )


ROUTE = "POST /v1/determinations/redetermine"
REPLACES = "determination.redetermined"


@blp.post("/<uuid:id>/redetermine")
@Operation(
    permission="determinations.redetermine",
    body=RedeterminationSchema,
    returns={
        201: Content(
            "Decided under today's law and stored. `replaces` names the determination that it "
            "replaces.",
            DeterminationAnswer,
        )
    },
    problems=(
        "unknown-determination",
        "another-organization",
        "facts-refused",
        "as-of-differs",
        "law-not-encoded",
        "unknown-edition",
        "not-reconsidered",
        "already-void",
        "record-damaged",
        "engine-fault",
    ),
    idempotent=True,
    if_match="The ETag of the determination to replace, as you last read it.",
)
def redetermine(given: dict[str, Any], id: UUID) -> Response:
    """Decide the same question about the same subject again under today's law, and replace this
    determination.

    Facts, day and edition that you leave out stay the same. The service keeps the older
    determination, which then names its successor in `replaced_by`. One that is void cannot be
    replaced (409). A determination can be replaced once: of two requests at the same moment, one
    succeeds and the other gets 412.
    """
    service = current_service()
    with once(service, ROUTE) as attempt:
        if attempt.earlier is not None:
            replayed = attempt.replayed()
            replayed.headers.extend(number_header(KIND, attempt.earlier.determination))
            replayed.headers.extend(receipt_header(service, attempt.earlier_record))
            return replayed
        found = kept_own(id, REPLACES)
        _require_match(found)
        return replaced(attempt, found, given)


def replaced(attempt: IdempotentRequest, found: Link, given: Mapping[str, Any]) -> Response:
    """Decide a determination again with the members that are *given*, and store that in its place.

    Raises:
        Problem: already-void; precondition-failed, where another one already replaced it; what
            stands against the facts, see `redetermine`.
        EngineFault, RecordsUnavailable: nothing was stored.
    """
    _require_standing(found)
    service = current_service()
    asked = _anew(service, found.record, given)
    # The organization stays too, so that whoever may see one determination of a chain may see the
    # others.
    by = replace(principal(), organization=found.record.organization)
    decided = decide(service, asked, _request_text(asked), by, keep=True, replaces=found.record.id)
    try:
        return keep(service, attempt, decided, REPLACES)
    except AlreadyReplaced:
        raise _already_replaced() from None
    except Voided:
        _require_standing(kept(UUID(found.record.id)))
        raise


def _require_match(found: Link) -> None:
    """The caller knows the determination as it is now, and it stands.

    Raises:
        Problem: precondition-required, precondition-failed; already-void.
    """
    if_match("Read the determination and send its ETag in If-Match.")
    _require_standing(found)
    if not request.if_match.contains(entity_tag(text_of(found))):
        raise Problem(
            "precondition-failed",
            "If-Match is not the current ETag of the determination. Read it again.",
        )


def _require_standing(found: Link) -> None:
    if found.voided is not None:
        raise already_void(found.voided)
    if found.replaced_by is not None:
        raise _already_replaced()


def _already_replaced() -> Problem:
    detail = (
        "Another determination already replaced it. Read it again: `replaced_by` names the one "
        "to replace next."
    )
    return Problem("precondition-failed", detail)


def _anew(service: Service, record: DeterminationRecord, given: Mapping[str, Any]) -> Asked:
    """The request to decide again: the new members, and the stored ones for the rest.

    Raises:
        Problem: facts-refused, where facts were sent; not-reconsidered, where today's law does not
            take those of then.
    """
    try:
        question = service.lawbook.question(record.question)
        facts = given["facts"] if "facts" in given else asked_in(record.request).facts
        typed = read_facts(service.lawbook, record.question, facts)
    except FactsRefused as error:
        raise (
            facts_refused(error, facts) if "facts" in given else _not_reconsidered(error)
        ) from None
    except (UnknownQuestion, RequestUnreadable) as error:
        raise _not_reconsidered(error) from None
    asked: Asked = {
        "question": record.question,
        "facts": facts,
        "edition": given.get("edition", record.edition),
    }
    if "as_of" in given:
        asked["as_of"] = given["as_of"]
    elif question.governed_by not in typed:
        asked["as_of"] = record.as_of
    if record.subject is not None:
        asked["subject"] = record.subject
    return asked


def _request_text(asked: Asked) -> str:
    """A request as text, with every number exactly as sent."""
    return orjson.dumps(asked, lambda number: orjson.Fragment(str(number))).decode()
