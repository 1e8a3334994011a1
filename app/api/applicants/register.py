"""What the views and the pages do with applicants. Each read is in the audit trail before anything
is told.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app import clock
from app.api.applicants.answers import stored_answer
from app.api.http.answered.faults import log_fault
from app.api.http.answered.responses import Problem, changed_since, etag_of
from app.api.http.asked.authentication import demand
from app.api.http.asked.fields import SUBJECT
from app.api.http.asked.idempotency import IdempotentRequest
from app.api.http.service import current_service, origin, principal
from app.determinations.answer import encode
from app.records.applicants.applicants import (
    KIND,
    Applicant,
    ApplicantChanged,
    DuplicateApplicant,
    Sought,
    SubjectTaken,
)
from app.records.applicants.encryption import Unreadable
from app.records.applicants.person import Person
from app.records.identity import new_id

ROUTE = "POST /v1/applicants"
UNMASKED = "applicants.unmasked"
MADE_OF, MADE_LONG = "abcdefghijklmnopqrstuvwxyz234567", 12
"""A subject reference made here: letters and digits that are hard to mistake for each other, 60
random bits.
"""
OF_LETTERS = ("address", "language", "large_print", "representative")
"""What is known of a person for letters."""


def store_applicant(asked: dict[str, Any], attempt: IdempotentRequest) -> Applicant:
    """Store a person of the caller's organization, as `NewApplicantSchema` has loaded it.

    Raises:
        Problem: duplicate-applicant, subject-taken; forbidden, where the caller has no
            organization.
        AlreadyAnswered, RecordsUnavailable: nothing was stored.
    """
    now, organization = clock.now(), _own_organization()
    subject = asked.get("subject") or _made_subject()
    letters = {name: asked[name] for name in OF_LETTERS if name in asked}
    person = Person(asked["name"], asked["born_on"], **letters)
    applicant = Applicant(new_id(now), subject, organization, person, now, principal().actor, now)
    body = encode(stored_answer(applicant)).decode()
    answer = attempt.record(now, 201, href_of(applicant), etag_of(applicant.version), body=body)
    audit = origin().did("applicant.created", subject, kind=KIND)
    try:
        current_service().applicants.keep(applicant, audit, answer, asked["despite_duplicate"])
    except DuplicateApplicant as error:
        raise _duplicate(error.subjects) from None
    except SubjectTaken:
        _note("applicant.created", [subject], "refused")
        raise Problem(
            "subject-taken",
            "Send another reference, or leave it out and the service creates one.",
        ) from None
    return applicant


def _duplicate(subjects: list[str]) -> Problem:
    """The problem for a person who is on record. The references are told to those who could find
    them by searching.
    """
    detail = (
        "Your organization has a person of this name and birth date. Use that reference, or send "
        "despite_duplicate: true."
    )
    if not (principal().may("applicants.read") and sees_whole()):
        return Problem("duplicate-applicant", detail)
    _note("applicant.created", subjects, "duplicate")
    return Problem("duplicate-applicant", detail, references=subjects)


def _own_organization() -> str:
    """The organization of the caller, which a new applicant belongs to.

    Raises:
        Problem: forbidden, where the caller has none.
    """
    organization = principal().organization
    if organization is None:
        raise Problem(
            "forbidden",
            "Applicants belong to an organization, and your account has none. Ask an "
            "administrator to add it.",
        )
    return organization


def read(subject: str) -> Applicant:
    """An applicant that the caller may know of.

    Raises:
        Problem: unknown-applicant, applicant-unreadable.
    """
    require_within(subject, "applicant.read")
    with _decrypting("applicant.read", subject):
        applicant = current_service().applicants.find(subject)
    if applicant is None:
        raise unknown_applicant()
    _note("applicant.read", [subject], _outcome())
    return applicant


def read_by_id(id: str) -> Applicant:
    """The same by the id of the row.

    Raises:
        Problem: unknown-applicant, applicant-unreadable.
    """
    subject = current_service().applicants.subject_of(id)
    if subject is None:
        raise unknown_applicant()
    return read(subject)


def id_within(subject: str) -> str | None:
    """The id of the row of an applicant that the caller may know of; none where there is none."""
    owner, id = (
        current_service().applicants.organization_of(subject),
        current_service().applicants.id_of(subject),
    )
    return id if owner is not None and _is_within(owner) else None


def _is_within(owner: str) -> bool:
    return principal().reach.everything or owner == principal().organization


def change_applicant(subject: str, version: int, asked: dict[str, Any]) -> Applicant:
    """Change what `ApplicantChangesSchema` has loaded, where the version is still this one.

    Raises:
        Problem: precondition-failed, applicant-unreadable.
    """
    require_within(subject, "applicant.corrected")
    changes, today = dict(asked), clock.today()
    name, keeps_former = changes.pop("name", None), not changes.pop("forget_old_name", False)

    def changed(before: Person) -> Person:
        after = before if name is None else before.renamed(name, today, keeps_former)
        return replace(after, **changes)

    audit = origin().did("applicant.corrected", subject, kind=KIND)
    try:
        with _decrypting("applicant.corrected", subject):
            return current_service().applicants.change(
                subject, version, changed, clock.now(), audit
            )
    except ApplicantChanged:
        raise changed_since() from None


@dataclass(frozen=True, slots=True)
class FoundApplicants:
    """A page of those found, and whether more have such a name than a search finds."""

    applicants: list[Applicant]
    too_many: bool


def find_applicants(
    name: str, born_on: date | None, limit: int, before: str | None = None
) -> FoundApplicants:
    """The applicants that the caller may know of with a name, the newest first: at most *limit*,
    and one more where there are more. Who sees whole names finds them by a part, too; others could
    try out the words of a name that they see initials of.

    Raises:
        Problem: forbidden, where the caller may not see a birth date that is searched for;
            applicant-unreadable.
    """
    if born_on is not None:
        demand(UNMASKED)
    service, found, too_many = current_service(), list[Applicant](), False
    if principal().reach.everything or principal().organization is not None:
        within = None if principal().reach.everything else principal().organization
        sought = Sought(name, born_on, within, in_part=sees_whole())
        with _decrypting("applicant.searched", None):
            found = service.applicants.search(sought, limit + 1, before)
            too_many = service.applicants.are_too_many(sought)
    by = origin()
    service.store.note(
        by.did("applicant.searched", None, kind=KIND),
        *(by.did("applicant.read", each.subject, _outcome(), KIND) for each in found[:limit]),
    )
    return FoundApplicants(found, too_many)


def require_within(subject: str, action: str) -> None:
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
    if owner is not None and _is_within(owner):
        return
    # What stands in an address nobody has is not written down: it may be somebody's name.
    _note(action, [None if owner is None else subject], "refused")
    raise unknown_applicant()


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


def unknown_applicant() -> Problem:
    """The problem for a reference that the caller may know nothing of."""
    return Problem("unknown-applicant", "No applicant has this subject reference.")


def sees_whole() -> bool:
    """Whether the caller sees names and birth dates, and not only initials and years."""
    return principal().may(UNMASKED)


def href_of(applicant: Applicant) -> str:
    """The address of an applicant under /v1."""
    return f"/v1/applicants/{applicant.subject}"


def _outcome() -> str:
    return "done" if sees_whole() else "masked"


def _made_subject() -> str:
    return "person-" + "".join(secrets.choice(MADE_OF) for _ in range(MADE_LONG))
