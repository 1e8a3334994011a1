"""Credentials as JSON-ready documents: everything but what must stay secret."""

from datetime import datetime

from app.instants import instant_text
from app.records.machines.credentials import Credential


def credential_document(credential: Credential, at: datetime) -> dict[str, object]:
    """A credential as administrators see it at an instant. Of a secret they see how it begins."""
    state = (
        "live"
        if credential.is_live(at)
        else "expired"
        if credential.revoked_at is None
        else "revoked"
    )
    return {
        "id": credential.id,
        "kind": credential.kind,
        "name": credential.name,
        "role": credential.role,
        "organization": credential.organization,
        "scopes": None if credential.scopes is None else list(credential.scopes),
        "state": state,
        "created_at": instant_text(credential.created_at),
        "created_by": credential.created_by,
        "expires_at": instant_text(credential.expires_at),
        "revoked_at": None
        if credential.revoked_at is None
        else instant_text(credential.revoked_at),
        "last_used_on": None
        if credential.last_used_on is None
        else credential.last_used_on.isoformat(),
        "secrets": [
            {
                "begins": f"elig_{secret.label}",
                "created_at": instant_text(secret.created_at),
                "expires_at": None
                if secret.expires_at is None
                else instant_text(secret.expires_at),
            }
            for secret in credential.secrets
            if secret.is_live(at)
        ],
    }
