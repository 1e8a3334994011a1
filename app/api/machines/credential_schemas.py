"""What requests about credentials may carry."""

from typing import Any

from marshmallow import fields, validate

from app.access.credentials import DAYS, MOST_DAYS, MOST_OVERLAP_HOURS, NAME, OVERLAP_HOURS
from app.access.roles import ORGANIZATION
from app.api.http.fields import TextField, WholeNumberField
from app.api.http.schemas import REQUIRED, NoQuery, StrictSchema

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
            "description": "What administrators call it. No personal data.",
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
            "description": f"In how many days it ends. Default: {DAYS['key']} for a key, "
            f"{DAYS['client']} for a client."
        },
    )


class CredentialWantedSchema(StrictSchema):
    """A key or a client to be made."""

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
            "description": "What it may do at most, and which determinations it sees.",
            "example": "carrier_system",
        },
    )
    organization = TextField(
        ORGANIZATION,
        "Must be at most 100 letters, digits and . _ -, beginning with a letter or digit.",
        error_messages=REQUIRED,
        metadata={
            "description": "Whose determinations it makes and sees; needed by most roles.",
            "example": "blue-harbor",
        },
    )
    days = _days()
    scopes = fields.List(
        TextField(
            "[a-z]+([.][a-z]+)?", "Must be the name of a permission.", error_messages=REQUIRED
        ),
        validate=validate.Length(
            1, 100, error="Name at least one permission, or leave the member out."
        ),
        error_messages={**REQUIRED, "invalid": "Must be a list of permissions."},
        metadata={
            "description": "Only these permissions of the role; all of them where the member is "
            "left out."
        },
    )


class CredentialChangesSchema(StrictSchema):
    """What is to be otherwise; what is left out stays."""

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
            "description": "How long the present secret is taken beside the new one. Default: "
            f"{OVERLAP_HOURS}."
        },
    )
    days = _days()


class CredentialsQuery(NoQuery):
    """Which part of the list."""

    after = TextField(
        UUID_PATTERN,
        "Must be the id of a credential.",
        metadata={"description": "Only those after this id."},
    )
    limit = WholeNumberField(
        1,
        LONGEST_PAGE,
        in_query=True,
        load_default=PAGE,
        metadata={"description": f"How many at most. Default: {PAGE}."},
    )
