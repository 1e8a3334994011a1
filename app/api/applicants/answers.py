"""What answers about applicants say."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from app.api.http.answered.answers import NextCursor
from app.determinations.answer import Instant
from app.instants import instant_text
from app.records.applicants.applicants import Applicant
from app.records.applicants.person import Person


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


class FormerNameAnswer(Struct):
    """A name that the person had before."""

    name: str
    until: Annotated[date, Meta(description="The day of the correction.")]


class RepresentativeAnswer(Struct):
    """Who acts for the person."""

    name: str
    authority: str


class ApplicantAnswer(StoredApplicantAnswer, kw_only=True):
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
    address: (
        Annotated[list[str], Meta(description="The lines of the address. Absent if masked.")]
        | UnsetType
    ) = UNSET
    language: (
        Annotated[str | None, Meta(description="The language of letters. Absent if masked.")]
        | UnsetType
    ) = UNSET
    large_print: Annotated[bool, Meta(description="Absent if masked.")] | UnsetType = UNSET
    representative: (
        Annotated[RepresentativeAnswer | None, Meta(description="Absent if masked.")] | UnsetType
    ) = UNSET
    former_names: (
        Annotated[
            list[FormerNameAnswer],
            Meta(description="Earlier names, the newest first. Absent if masked."),
        ]
        | UnsetType
    ) = UNSET


class FoundApplicantAnswer(ApplicantAnswer, kw_only=True):
    """An applicant that matches the search."""

    found_by: Annotated[
        Literal["name", "former name"],
        Meta(description="Whether the person has this name, or had it before."),
    ]


class FoundApplicantsAnswer(Struct):
    """A page of applicants, the newest first."""

    applicants: list[FoundApplicantAnswer]
    too_many: Annotated[
        bool,
        Meta(
            description=(
                "True if more people have such a name than a search by a part of it finds. Send "
                "more of the name, or the birth date."
            )
        ),
    ]
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
    person = applicant.person
    shown: dict[str, Any] = (
        {"initials": initials(person.name), "birth_year": person.born_on.year}
        if is_masked
        else _whole(person)
    )
    return ApplicantAnswer(
        **asdict(stored_answer(applicant)),
        organization=applicant.organization,
        masked=is_masked,
        **shown,
    )


def found_answer(applicant: Applicant, sought: str, is_masked: bool) -> FoundApplicantAnswer:
    """An applicant that was found by a name."""
    return FoundApplicantAnswer(
        **asdict(applicant_answer(applicant, is_masked)),
        found_by="name" if applicant.person.has_name(sought) else "former name",
    )


def initials(name: str) -> str:
    """The first letter of each part of a name."""
    return " ".join(f"{part[0]}." for part in name.split())


def _whole(person: Person) -> dict[str, Any]:
    acting = person.representative
    return {
        "name": person.name,
        "born_on": person.born_on,
        "address": list(person.address),
        "language": person.language,
        "large_print": person.large_print,
        "representative": None
        if acting is None
        else RepresentativeAnswer(acting.name, acting.authority),
        "former_names": [FormerNameAnswer(each.name, each.until) for each in person.former_names],
    }
