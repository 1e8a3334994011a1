"""What answers about credentials look like, as JSON Schemas for the OpenAPI document."""

from app.api.determinations.answer_schemas import (
    DAY_OR_NONE,
    INSTANT,
    TEXT,
    TEXT_OR_NONE,
    Schema,
    many,
    record,
    ref,
    told,
)

INSTANT_OR_NONE: Schema = {"type": ["string", "null"], "format": "date-time"}

_CREDENTIAL: dict[str, Schema] = {
    "id": told(TEXT, "Its id; for a client also its client_id."),
    "kind": {"type": "string", "enum": ["key", "client"]},
    "name": TEXT,
    "role": TEXT,
    "organization": told(TEXT_OR_NONE, "Whose determinations it makes and sees."),
    "scopes": told(
        {"type": ["array", "null"], "items": TEXT},
        "The permissions it is limited to; null for all of its role's.",
    ),
    "state": {"type": "string", "enum": ["live", "expired", "revoked"]},
    "created_at": INSTANT,
    "created_by": TEXT,
    "expires_at": INSTANT,
    "revoked_at": INSTANT_OR_NONE,
    "last_used_on": told(DAY_OR_NONE, "The last day on which it was shown, in Massachusetts."),
    "secrets": told(
        many(
            record(
                {
                    "begins": told(TEXT, "How the secret begins, which is not secret."),
                    "created_at": INSTANT,
                    "expires_at": told(INSTANT_OR_NONE, "When a replaced one ends."),
                }
            )
        ),
        "The secrets that are taken, the newest first.",
    ),
}

CREDENTIAL_COMPONENTS: dict[str, Schema] = {
    "Credential": record(_CREDENTIAL),
    "CredentialTold": record(
        {
            **_CREDENTIAL,
            "secret": told(
                TEXT_OR_NONE,
                "The key, or the client's secret; told this once, and null where the answer comes "
                "again.",
            ),
            "token_endpoint": told(TEXT, "Where a client gets its access tokens."),
        },
        ["token_endpoint"],
    ),
    "Credentials": record(
        {
            "credentials": many(ref("Credential")),
            "next": told(TEXT_OR_NONE, "Where the rest of the list stands."),
        }
    ),
}
