"""Applicants: names and birth dates under subject references.

The service encrypts them and logs every read in the audit trail before it responds. They appear
only in bodies: never in an address, log, problem, audit entry or event.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from app import clock
from app.api.applicants.answers import (
    ApplicantAnswer,
    FoundApplicantsAnswer,
    StoredApplicantAnswer,
    applicant_answer,
    stored_answer,
)
from app.api.applicants.applicant_schemas import (
    ApplicantChangesSchema,
    ApplicantSearchSchema,
    NewApplicantSchema,
)
from app.api.http.authentication import demand
from app.api.http.cursors import next_cursor, place_of
from app.api.http.faults import log_fault
from app.api.http.fields import SUBJECT
from app.api.http.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.responses import (
    JSON,
    Problem,
    changed_since,
    etag_of,
    json_response,
    require_version,
)
from app.api.http.service import current_service, origin, principal
from app.determinations.answer import encode
from app.records.applicants.applicants import (
    KIND,
    Applicant,
    ApplicantChanged,
    Person,
    Sought,
    SubjectTaken,
)
from app.records.applicants.encryption import Unreadable
from app.records.identity import new_id

ROUTE = "POST /v1/applicants"
UNMASKED = "applicants.unmasked"
MADE_OF, MADE_LONG = "abcdefghijklmnopqrstuvwxyz234567", 12
"""A subject reference made here: letters and digits that are hard to mistake for each other, 60
random bits.
"""
blp = Blueprint("applicants", __name__, url_prefix="/v1/applicants")


@blp.post("")
@Operation(
    permission="applicants.write",
    body=NewApplicantSchema,
    returns={
        201: Content(
            "Stored. Use the subject reference for this person from now on.", StoredApplicantAnswer
        )
    },
    problems=("subject-taken",),
    idempotent=True,
)
def create_applicant(asked: dict[str, Any]) -> Response:
    """Store a person's name and birth date under a subject reference.

    Determinations do not need them. Send them only if you must find the person by name.
    """
    service = current_service()
    with once(service, ROUTE, service.applicants.digest) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed()
        now, organization = clock.now(), principal().organization
        if organization is None:
            raise Problem(
                "forbidden",
                "Applicants belong to an organization, and your account has none. Ask an "
                "administrator to add it.",
            )
        subject = asked.get("subject") or _made_subject()
        applicant = Applicant(
            new_id(now),
            subject,
            organization,
            Person(asked["name"], asked["born_on"]),
            now,
            principal().actor,
            now,
        )
        stored = stored_answer(applicant)
        body = encode(stored).decode()
        answer = attempt.record(now, 201, stored.href, etag_of(applicant.version), body=body)
        try:
            audit = origin().did("applicant.created", subject, kind=KIND)
            service.applicants.keep(applicant, audit, answer)
        except SubjectTaken:
            _note("applicant.created", [subject], "refused")
            raise Problem(
                "subject-taken",
                "Send another reference, or leave it out and the service creates one.",
            ) from None
    return Response(
        body, 201, {"Location": stored.href, "ETag": etag_of(applicant.version)}, mimetype=JSON
    )


@blp.get("/<subject>")
@Operation(
    permission="applicants.read",
    returns={
        200: Content(
            "The applicant, masked if the caller lacks `applicants.unmasked`. To correct it, "
            "send its ETag.",
            ApplicantAnswer,
        )
    },
    problems=("unknown-applicant", "applicant-unreadable"),
)
def read_applicant(subject: str) -> Response:
    """Read the applicant with a subject reference.

    The service logs this read in the audit trail before it responds.
    """
    _require_within(subject, "applicant.read")
    with _decrypting("applicant.read", subject):
        applicant = current_service().applicants.find(subject)
    if applicant is None:
        raise _unknown()
    _note("applicant.read", [subject], _outcome())
    return json_response(_shown(applicant), headers={"ETag": etag_of(applicant.version)})


@blp.patch("/<subject>")
@Operation(
    permission="applicants.write",
    body=ApplicantChangesSchema,
    returns={200: Content("The service stored the correction.", StoredApplicantAnswer)},
    problems=("unknown-applicant", "applicant-unreadable"),
    if_match="The ETag of the applicant as you read it.",
)
def correct_applicant(asked: dict[str, Any], subject: str) -> Response:
    """Correct a name or a birth date. The service deletes the old value."""
    _require_within(subject, "applicant.corrected")
    current = current_service().applicants.version_of(subject)
    if current is None:
        raise _unknown()
    version = require_version(current)
    audit = origin().did("applicant.corrected", subject, kind=KIND)
    try:
        with _decrypting("applicant.corrected", subject):
            after = current_service().applicants.change(
                subject, version, lambda before: replace(before, **asked), clock.now(), audit
            )
    except ApplicantChanged:
        raise changed_since() from None
    return json_response(stored_answer(after), headers={"ETag": etag_of(after.version)})


@blp.post("/search")
@Operation(
    permission="applicants.read",
    body=ApplicantSearchSchema,
    returns={
        200: Content(
            "Applicants of your own organization, the newest first. If there are more, "
            "next_cursor is set.",
            FoundApplicantsAnswer,
        )
    },
    problems=("applicant-unreadable",),
)
def search_applicants(wanted: dict[str, Any]) -> Response:
    """Find applicants by name, or by name and birth date.

    Send the whole name: the service searches a keyed digest of it. It ignores case, spacing and
    Unicode forms, but not accents. To search by birth date you need the permission
    `applicants.unmasked` too. The audit trail logs the search and the applicants that it returned.
    """
    if "born_on" in wanted:
        demand(UNMASKED)
    limit, service = wanted["limit"], current_service()
    before, applicants = place_of(wanted), []
    if principal().reach.everything or principal().organization is not None:
        within = None if principal().reach.everything else principal().organization
        with _decrypting("applicant.searched", None):
            applicants = service.applicants.search(
                Sought(wanted["name"], wanted.get("born_on"), within), limit + 1, before
            )
    shown = applicants[:limit]
    by = origin()
    service.store.note(
        by.did("applicant.searched", None, kind=KIND),
        *(by.did("applicant.read", each.subject, _outcome(), KIND) for each in shown),
    )
    return json_response(
        FoundApplicantsAnswer(
            applicants=[_shown(one) for one in shown],
            next_cursor=next_cursor(wanted, [one.id for one in applicants]),
        )
    )


def _require_within(subject: str, action: str) -> None:
    """Require that the caller may know of this applicant. For others the applicant does not exist,
    and an audit entry notes the attempt.

    Raises:
        Problem: unknown-applicant.
        RecordsUnavailable: the database is unavailable.
    """
    owner = (
        current_service().applicants.organization_of(subject)
        if SUBJECT.fullmatch(subject)
        else None
    )
    if owner is not None and (principal().reach.everything or owner == principal().organization):
        return
    # What stands in an address nobody has is not written down: it may be somebody's name.
    _note(action, [None if owner is None else subject], "refused")
    raise _unknown()


@contextmanager
def _decrypting(action: str, subject: str | None) -> Iterator[None]:
    """If decryption fails, log the row, write an audit entry, and return an error of the service to
    the caller.

    Raises:
        Problem: applicant-unreadable.
    """
    try:
        yield
    except Unreadable as error:
        log_fault(str(error))
        _note(action, [subject], "unreadable")
        raise Problem(
            "applicant-unreadable",
            "The service changed nothing. Send the request_id to the operator.",
        ) from None


def _note(action: str, subjects: Iterable[str | None], outcome: str) -> None:
    by = origin()
    current_service().store.note(*(by.did(action, subject, outcome, KIND) for subject in subjects))


def _unknown() -> Problem:
    return Problem("unknown-applicant", "No applicant has this subject reference.")


def _sees_whole() -> bool:
    return principal().may(UNMASKED)


def _outcome() -> str:
    return "done" if _sees_whole() else "masked"


def _made_subject() -> str:
    return "person-" + "".join(secrets.choice(MADE_OF) for _ in range(MADE_LONG))


def _shown(applicant: Applicant) -> ApplicantAnswer:
    return applicant_answer(applicant, is_masked=not _sees_whole())
