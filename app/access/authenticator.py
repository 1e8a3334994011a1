"""Everything that recognizes callers, put together once."""

from dataclasses import dataclass

from app.access.bearers import Bearers
from app.access.credentials import Credentials
from app.access.roles import Roles
from app.access.signing import SigningKeys
from app.access.tokens import Tokens
from app.records.machines.credentials import CredentialStore
from app.settings import Settings

SIGNING_FOLDER = "signing-keys"
"""Where in the installation's own folder the keys stand that sign access tokens."""


@dataclass(frozen=True)
class Gate:
    """Roles, credentials, and what recognizes those who show them."""

    roles: Roles
    store: CredentialStore
    credentials: Credentials
    tokens: Tokens
    bearers: Bearers


def signing_keys(settings: Settings) -> SigningKeys:
    """The signing keys of an installation."""
    return SigningKeys(settings.instance / SIGNING_FOLDER)


def open_gate(settings: Settings, roles: Roles, store: CredentialStore) -> Gate:
    """The gate of an installation. Nothing is asked of the database yet, and no key is read."""
    tokens = Tokens(signing_keys(settings), settings.issuer, settings.token_seconds)
    return Gate(roles, store, Credentials(store, roles), tokens, Bearers(store, roles, tokens))
