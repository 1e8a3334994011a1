"""What requests about credentials may carry."""

from typing import Any

from marshmallow import fields, validate

from app.access.credentials import DAYS, MOST_DAYS, MOST_OVERLAP_HOURS, NAME, OVERLAP_HOURS
from app.access.programs import REDIRECT_LENGTH, REDIRECT_MUST, REDIRECTS_AT_MOST
from app.access.roles import ORGANIZATION
from app.api.http.asked.fields import TextField, WholeNumberField
from app.api.http.asked.schemas import REQUIRED, NoQuery, StrictSchema

PAGE, LONGEST_PAGE = 100, 200
UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _name(**kwargs: Any) -> TextField:
    sentence = (
        "Must be at most 100 letters, digits, spaces and . _ -, beginning with a letter or digit."
    )
    return TextField(
        NAME,
        sentence,
        error_messages=REQUIRED,
        metadata={
            "description": "A name for administrators, without personal data.",
            "example": "night batch",
        },
        **kwargs,
    )


def _days() -> WholeNumberField:
    return WholeNumberField(
        1,
        MOST_DAYS,
        error_messages=REQUIRED,
        metadata={
            "description": f"The days until it expires. Default: {DAYS['key']} for a key, "
            f"{DAYS['client']} for a client."
        },
    )


class CredentialWantedSchema(StrictSchema):
    """The key or client to create."""

    kind = TextField(
        "key|client",
        "Must be key or client.",
        load_default="key",
        error_messages=REQUIRED,
        metadata={
            "description": "`key` for an API key, `client` for a system that gets access tokens. "
            "Default: `key`."
        },
    )
    name = _name(required=True)
    role = TextField(
        "[a-z_]{1,40}",
        "Must be the name of a role.",
        required=True,
        error_messages=REQUIRED,
        metadata={
            "description": (
                "The role, which limits what it can do and which determinations it sees."
            ),
            "example": "carrier_system",
        },
    )
    organization = TextField(
        ORGANIZATION,
        "Must be at most 100 letters, digits and . _ -, beginning with a letter or digit.",
        error_messages=REQUIRED,
        metadata={
            "description": "The organization that it acts for. Most roles need one.",
            "example": "blue-harbor",
        },
    )
    days = _days()
    scopes = fields.List(
        TextField(
            "[a-z]+([.][a-z]+)?", "Must be the name of a permission.", error_messages=REQUIRED
        ),
        validate=validate.Length(
            1, 100, error="Send at least one permission, or leave the member out."
        ),
        error_messages={**REQUIRED, "invalid": "Must be a list of permissions."},
        metadata={"description": "Only these permissions of the role. Default: all of them."},
    )


class ProgramWantedSchema(StrictSchema):
    """The program to register."""

    name = _name(required=True)
    redirect_uris = fields.List(
        TextField(
            f"[\\x21-\\x7e]{{1,{REDIRECT_LENGTH}}}",
            REDIRECT_MUST,
            metadata={"example": "http://127.0.0.1/signed-in"},
        ),
        required=True,
        error_messages={**REQUIRED, "invalid": "Must be a list of addresses."},
        validate=validate.Length(
            1, REDIRECTS_AT_MOST, error=f"Send 1 to {REDIRECTS_AT_MOST} addresses."
        ),
        metadata={"description": "Where people may be sent back to with a code. " + REDIRECT_MUST},
    )


class CredentialChangesSchema(StrictSchema):
    """The changes. The rest stays the same."""

    name = _name()
    days = _days()


class SecretWantedSchema(StrictSchema):
    """A new secret for a key or client."""

    overlap_hours = WholeNumberField(
        0,
        MOST_OVERLAP_HOURS,
        load_default=OVERLAP_HOURS,
        error_messages=REQUIRED,
        metadata={
            "description": "The hours for which the service also accepts the old secret. "
            f"Default: {OVERLAP_HOURS}."
        },
    )
    days = _days()


class CredentialsQuery(NoQuery):
    """Which part of the list."""

    after = TextField(
        UUID_PATTERN,
        "Must be the id of a credential.",
        metadata={"description": "Only credentials after this id."},
    )
    limit = WholeNumberField(
        1,
        LONGEST_PAGE,
        in_query=True,
        load_default=PAGE,
        metadata={"description": f"The most to return. Default: {PAGE}."},
    )


class ProgramsQuery(CredentialsQuery):
    """Which part of the list."""

    after = TextField(
        UUID_PATTERN,
        "Must be the id of a program.",
        metadata={"description": "Only programs after this id."},
    )
