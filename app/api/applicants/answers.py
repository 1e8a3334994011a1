"""What answers about applicants say."""

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from app.api.http.answers import NextCursor
from app.determinations.answer import Instant
from app.instants import instant_text
from app.records.applicants.applicants import Applicant


class StoredApplicantAnswer(Struct):
    """A stored applicant, without the name and the birth date."""

    subject: Annotated[
        str,
        Meta(
            description="The subject reference that determinations and holds use for this person."
        ),
    ]
    version: int
    created_at: Instant
    changed_at: Instant
    href: str


class ApplicantAnswer(StoredApplicantAnswer):
    """An applicant, as far as the caller may see it."""

    organization: Annotated[
        str, Meta(description=("The organization that the applicant belongs to."))
    ]
    masked: Annotated[
        bool,
        Meta(
            description=(
                "True if the response has initials and year instead of name and birth date."
            )
        ),
    ]
    name: Annotated[str, Meta(description="Absent if masked.")] | UnsetType = UNSET
    born_on: Annotated[date, Meta(description="Absent if masked.")] | UnsetType = UNSET
    initials: Annotated[str, Meta(description="Present only if masked.")] | UnsetType = UNSET
    birth_year: Annotated[int, Meta(description="Present only if masked.")] | UnsetType = UNSET


class FoundApplicantsAnswer(Struct):
    """A page of applicants, the newest first."""

    applicants: list[ApplicantAnswer]
    next_cursor: NextCursor | UnsetType = UNSET


def stored_answer(applicant: Applicant) -> StoredApplicantAnswer:
    """That an applicant is stored: nothing personal, since it is also stored for a request that is
    sent again.
    """
    return StoredApplicantAnswer(
        subject=applicant.subject,
        version=applicant.version,
        created_at=instant_text(applicant.created_at),
        changed_at=instant_text(applicant.changed_at),
        href=f"/v1/applicants/{applicant.subject}",
    )


def applicant_answer(applicant: Applicant, is_masked: bool) -> ApplicantAnswer:
    """An applicant, masked for a caller who may not see it whole."""
    name, born_on = applicant.person.name, applicant.person.born_on
    shown: dict[str, Any] = (
        {
            "initials": " ".join(f"{part[0]}." for part in name.split()),
            "birth_year": born_on.year,
        }
        if is_masked
        else {"name": name, "born_on": born_on}
    )
    return ApplicantAnswer(
        **asdict(stored_answer(applicant)),
        organization=applicant.organization,
        masked=is_masked,
        **shown,
    )
