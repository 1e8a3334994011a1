"""What answers about applicants look like, as JSON Schemas for the OpenAPI document."""

from app.api.determinations.answer_schemas import DAY, INSTANT, TEXT, Schema, many, record, told

_KEPT: dict[str, Schema] = {
    "subject": told(
        TEXT, "The subject reference: what determinations and holds name the person by."
    ),
    "version": {"type": "integer"},
    "created_at": INSTANT,
    "changed_at": INSTANT,
    "href": TEXT,
}
_APPLICANT = record(
    {
        **_KEPT,
        "organization": told(TEXT, "Whose applicant it is."),
        "masked": {
            "type": "boolean",
            "description": "Whether initials and year stand for name and birth date.",
        },
        "name": told(TEXT, "Left out where it is masked."),
        "born_on": told(DAY, "Left out where it is masked."),
        "initials": told(TEXT, "Only where it is masked."),
        "birth_year": {"type": "integer", "description": "Only where it is masked."},
    },
    ["name", "born_on", "initials", "birth_year"],
)
APPLICANT_COMPONENTS: dict[str, Schema] = {
    "ApplicantKept": record(
        _KEPT,
        description="That an applicant is kept; the name and the birth date are not told again.",
    ),
    "Applicant": _APPLICANT,
    "FoundApplicants": record(
        {
            "applicants": many(_APPLICANT),
            "next_cursor": told(
                TEXT, "Send it with the same search for the next page; left out on the last one."
            ),
        },
        ["next_cursor"],
    ),
}
