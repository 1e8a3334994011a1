"""Applicants: names and birth dates under subject references.

The service encrypts them and logs every read in the audit trail before it responds. They appear
only in bodies: never in an address, log, problem, audit entry or event.
"""

from typing import Any

from flask import Blueprint, Response

from app.api.applicants.answers import (
    ApplicantAnswer,
    FoundApplicantsAnswer,
    StoredApplicantAnswer,
    applicant_answer,
    found_answer,
    stored_answer,
)
from app.api.applicants.applicant_schemas import (
    ApplicantChangesSchema,
    ApplicantSearchSchema,
    NewApplicantSchema,
)
from app.api.applicants.register import (
    ROUTE,
    change_applicant,
    find_applicants,
    href_of,
    read,
    require_within,
    sees_whole,
    store_applicant,
    unknown_applicant,
)
from app.api.http.answered.cursors import next_cursor, place_of
from app.api.http.answered.responses import etag_of, json_response, require_version
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service

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
    problems=("subject-taken", "duplicate-applicant"),
    idempotent=True,
)
def create_applicant(asked: dict[str, Any]) -> Response:
    """Store a person's name and birth date under a subject reference, and what letters need.

    If your organization has a person of the same name and birth date, the service stores nothing
    and names that person's reference (409). To store another one, send `despite_duplicate: true`.
    Determinations do not need them. Send them only if you must find the person by name.
    """
    service = current_service()
    with once(service, ROUTE, service.applicants.digest) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed()
        stored = store_applicant(asked, attempt)
    return json_response(
        stored_answer(stored), 201, {"Location": href_of(stored), "ETag": etag_of(stored.version)}
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
    applicant = read(subject)
    return json_response(
        applicant_answer(applicant, is_masked=not sees_whole()),
        headers={"ETag": etag_of(applicant.version)},
    )


@blp.patch("/<subject>")
@Operation(
    permission="applicants.write",
    body=ApplicantChangesSchema,
    returns={200: Content("The service stored the correction.", StoredApplicantAnswer)},
    problems=("unknown-applicant", "applicant-unreadable"),
    if_match="The ETag of the applicant as you read it.",
)
def correct_applicant(asked: dict[str, Any], subject: str) -> Response:
    """Correct a name, a birth date, or what letters need.

    The service deletes the old values, but keeps an old name: the person is found under it too. To
    delete a mistyped one, send `forget_old_name: true`.
    """
    require_within(subject, "applicant.corrected")
    current = current_service().applicants.version_of(subject)
    if current is None:
        raise unknown_applicant()
    after = change_applicant(subject, require_version(current), asked)
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

    Send the whole name, or some words of it in any order: the service searches keyed digests. Case,
    accents, apostrophes, hyphens and spaces do not matter, nor do Unicode forms. A search in part
    finds the newest 50 people; `too_many` says that more have such a name. `found_by` marks a
    person who had the name before. To search in part, or by birth date, you need the permission
    `applicants.unmasked` too; without it only the whole name finds. The audit trail logs the
    search and the applicants that it returned.
    """
    limit = wanted["limit"]
    found = find_applicants(wanted["name"], wanted.get("born_on"), limit, place_of(wanted))
    applicants = found.applicants
    return json_response(
        FoundApplicantsAnswer(
            applicants=[
                found_answer(one, wanted["name"], is_masked=not sees_whole())
                for one in applicants[:limit]
            ],
            too_many=found.too_many,
            next_cursor=next_cursor(wanted, [one.id for one in applicants]),
        )
    )
