"""Credentials as JSON-ready documents: everything but what must stay secret."""

from datetime import datetime

from app.records.credentials import Credential


def credential_document(credential: Credential, at: datetime) -> dict[str, object]:
    """A credential as administrators see it at an instant. Of a secret they see how it begins."""
    state = "live" if credential.is_live(at) else "expired" if credential.revoked_at is None else "revoked"
    return {
        "id": credential.id,
        "kind": credential.kind,
        "name": credential.name,
        "role": credential.role,
        "organization": credential.organization,
        "scopes": None if credential.scopes is None else list(credential.scopes),
        "state": state,
        "created_at": _instant(credential.created_at),
        "created_by": credential.created_by,
        "expires_at": _instant(credential.expires_at),
        "revoked_at": None if credential.revoked_at is None else _instant(credential.revoked_at),
        "last_used_on": None if credential.last_used_on is None else credential.last_used_on.isoformat(),
        "secrets": [
            {
                "begins": f"elig_{secret.label}",
                "created_at": _instant(secret.created_at),
                "expires_at": None if secret.expires_at is None else _instant(secret.expires_at),
            }
            for secret in credential.secrets
            if secret.is_live(at)
        ],
    }


def _instant(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
