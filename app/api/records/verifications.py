"""Verifications of the stored records: start one, follow it, read the last reports.

A verification runs in a thread of the process that started it. How far it is stands in the
database.
"""

import logging
import threading
from typing import Annotated, Literal
from uuid import UUID

from flask import Blueprint, Response
from msgspec import UNSET, Meta, Struct, UnsetType

from app import clock
from app.access.origin import DONE, Origin
from app.api.http.answered.answers import Damaged, instant_or_none
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import Problem, json_response
from app.api.http.asked.idempotency import IdempotentRequest, once
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service, origin
from app.determinations.answer import Id, Instant
from app.instants import instant_text
from app.records.errors import RecordsUnavailable
from app.records.identity import new_id
from app.records.ledger.checkpoints import Checkpoints, read_checkpoints
from app.records.ledger.retention import DEFAULT, RetentionUnreadable, read_periods
from app.records.log.reading import policy_of, read_log
from app.records.verifications.noting import Noting
from app.records.verifications.reports import (
    StillRunning,
    Verification,
    begin,
    find_verification,
    last_verifications,
    note,
)
from app.records.verifying.proof import Proof
from app.records.verifying.verification import Asked, count_records, verify
from app.settings import Settings
from app.transparency.policy import PolicyWrong

ROUTE = "POST /v1/verifications"
KIND = "verification"
LISTED = 20

log = logging.getLogger(__name__)
blp = Blueprint("verifications", __name__, url_prefix="/v1/verifications")


class ComplaintAnswer(Struct):
    """A damaged record."""

    kind: str
    id: str
    what: str


class ProvedAnswer(Struct):
    """What a verification proved, and against what."""

    against: Annotated[
        Literal["inside", "notes", "witnesses"],
        Meta(
            description="`inside`: the records only fit each other. `notes`: also the checkpoints. "
            "`witnesses`: also a head of the log that as many witnesses signed as the policy asks."
        ),
    ]
    through_seal: Annotated[int, Meta(description="The last seal that the checkpoints note.")]
    log: Annotated[str | None, Meta(description="The name of the transparency log.")]
    through_record: Annotated[int, Meta(description="How many records the log's head covers.")]
    witnesses: Annotated[int, Meta(description="How many witnesses signed a head of the log.")]
    witnessed_through_record: Annotated[
        int, Meta(description="How many records the head covers that they signed.")
    ]
    enough: Annotated[bool, Meta(description="Whether everything that was asked was proved.")]
    lacking: Annotated[list[str], Meta(description="What is less than was asked, in sentences.")]


class VerificationAnswer(Struct):
    """A verification. The members of its report are null until it has ended."""

    id: Id
    state: Annotated[
        Literal["running", "interrupted", "intact", "damaged", "failed"],
        Meta(
            description="`interrupted`: its process ended. `failed`: the database, the "
            "checkpoints or the log could not be read."
        ),
    ]
    started_at: Instant
    started_by: str
    ended_at: Instant | None
    expected: Annotated[int, Meta(description="The number of records at the start.")]
    records: Annotated[int, Meta(description="The number of records looked at.")]
    seals: int | None
    unsealed: int | None
    chain: Annotated[str | None, Meta(description="The chain of the last seal.")]
    complaints: Annotated[int | None, Meta(description="The number of complaints.")]
    first_complaints: Annotated[
        list[ComplaintAnswer], Meta(description="The first 100 complaints.")
    ]
    proved: Annotated[
        ProvedAnswer | None,
        Meta(description="What it proved against what; reports of earlier versions do not say."),
    ]


class VerificationsAnswer(Struct):
    """The last verifications, the newest first."""

    verifications: list[VerificationAnswer]
    damaged: Damaged | UnsetType = UNSET


@blp.get("")
@Operation(
    permission="records.verify",
    returns={200: Content(f"The last {LISTED}, the newest first.", VerificationsAnswer)},
)
def list_verifications() -> Response:
    """List the last verifications with their reports."""
    whole, damaged = newest_verifications()
    return json_response(
        VerificationsAnswer(
            verifications=[verification_answer(each) for each in whole], damaged=damaged or UNSET
        )
    )


@blp.post("")
@Operation(
    permission="records.verify",
    returns={202: Content("Started. Location shows how far it is.", VerificationAnswer)},
    problems=("verification-running",),
    idempotent=True,
)
def start_verification() -> Response:
    """Start a verification of all records. One runs at a time."""
    with once(current_service(), ROUTE) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda id: _accepted(found_verification(UUID(id))))
        started = started_verification(attempt)
    return _accepted(started)


@blp.get("/<uuid:id>")
@Operation(
    permission="records.verify",
    returns={200: Content("The verification as it is now.", VerificationAnswer)},
    problems=("unknown-verification",),
)
def read_verification(id: UUID) -> Response:
    """Read one verification."""
    return json_response(verification_answer(found_verification(id)))


def newest_verifications(limit: int = LISTED) -> tuple[list[Verification], list[str]]:
    """The last verifications and the ids of damaged ones, with an alarm for those."""
    whole, damaged = last_verifications(current_service().store, limit)
    alarm_damaged(KIND, damaged)
    return whole, damaged


def found_verification(id: UUID) -> Verification:
    """The verification of an id.

    Raises:
        Problem: none has this id.
    """
    found = find_verification(current_service().store, str(id))
    if found is None:
        raise Problem("unknown-verification", "No verification has this id.")
    return found


def started_verification(attempt: IdempotentRequest) -> Verification:
    """A new verification, which goes on in a thread.

    Raises:
        Problem: another one is running.
    """
    service, by, now = current_service(), origin(), clock.now()
    new = Verification(new_id(now), now, by.actor, now, count_records(service.store))
    response = attempt.record(now, 202, f"/v1/verifications/{new.id}")
    try:
        begin(service.store, new, by.did("verification.started", new.id, kind=KIND), response)
    except StillRunning:
        raise Problem("verification-running", "Wait until the one that runs has ended.") from None
    threading.Thread(
        target=_run, args=(service, new, Origin(by.actor)), name="verification", daemon=True
    ).start()
    return new


def _run(service: Service, verification: Verification, by: Origin) -> None:
    """Verify everything, note how far it is, and store the report."""
    progress = Noting(service.store, verification, clock.now)
    try:
        verified = verify(service.store, _checkpoints(service), progress, _asked(service.settings))
        ended = verification.ended(clock.now(), verified)
    except (RecordsUnavailable, OSError, PolicyWrong, RetentionUnreadable) as error:
        log.error("a verification failed: %s", type(error).__name__)
        ended = verification.failed(clock.now())
    try:
        note(service.store, ended, by.did("verification.ended", ended.id, DONE, KIND))
    except RecordsUnavailable as error:
        log.error("cannot store the report of a verification: %s", error)


def _asked(settings: Settings) -> Asked:
    """What is to be proved, as `flask records verify` asks it.

    Raises:
        OSError, PolicyWrong, RetentionUnreadable: a file of the settings cannot be read.
    """
    periods = read_periods(settings.retention or DEFAULT)
    policy = policy_of(settings.policy)
    log_files = read_log(settings.log, policy, settings.log_key, settings.receipt_key)
    return Asked(clock.now(), settings.in_production, periods, log_files)


def _checkpoints(service: Service) -> Checkpoints | None:
    """The checkpoints of the settings; None where the settings name none.

    Raises:
        OSError: they cannot be read.
    """
    file = service.settings.checkpoints
    return None if file is None else read_checkpoints(file)


def _accepted(verification: Verification) -> Response:
    return json_response(
        verification_answer(verification),
        202,
        {"Location": f"/v1/verifications/{verification.id}"},
    )


def verification_answer(verification: Verification) -> VerificationAnswer:
    """A verification as it is now."""
    return VerificationAnswer(
        id=verification.id,
        state=verification.standing(clock.now()),
        started_at=instant_text(verification.started_at),
        started_by=verification.started_by,
        ended_at=instant_or_none(verification.ended_at),
        expected=verification.expected,
        records=verification.records,
        seals=verification.seals,
        unsealed=verification.unsealed,
        chain=verification.chain,
        complaints=verification.complaints,
        first_complaints=[
            ComplaintAnswer(kind=each.kind, id=each.id, what=each.what)
            for each in verification.first_complaints
        ],
        proved=None if verification.proof is None else _proved(verification, verification.proof),
    )


def _proved(verification: Verification, proof: Proof) -> ProvedAnswer:
    return ProvedAnswer(
        against=proof.against.value,
        through_seal=proof.through,
        log=proof.log,
        through_record=proof.record,
        witnesses=proof.witnesses,
        witnessed_through_record=proof.witnessed,
        enough=proof.is_enough and not verification.complaints,
        lacking=list(proof.short),
    )
