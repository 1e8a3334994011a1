"""The identity provider through which people may sign in, as the environment names it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvValidationError

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class SingleSignOn:
    """An OpenID Connect provider.

    *role_claim* names the claim of its id token that lists a person's groups, *roles* which of them
    means which role, the one that counts first. Without both, only people sign in whose accounts an
    administrator made. *organization_claim* names the claim that tells whose determinations the
    person sees, for roles that see their own. *second_factor* has the claims and values that assert
    a second factor; one of them is enough.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    role_claim: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    scope: str = "openid profile"
    organization_claim: str | None = None
    second_factor: tuple[tuple[str, str], ...] = (("amr", "mfa"),)

    def asserts_second_factor(self, claims: Mapping[str, object]) -> bool:
        """Whether the claims of an id token say that the person proved a second factor."""
        for claim, value in self.second_factor:
            told = claims.get(claim)
            if value in (told if isinstance(told, list) else [told]):
                return True
        return False

    @property
    def acr_values(self) -> str:
        """The authentication contexts to request from the provider, separated by spaces."""
        return " ".join(value for claim, value in self.second_factor if claim == "acr")

    def role_of(self, claims: Mapping[str, object]) -> str | None:
        """The role that the claims of an id token give; none where they give none."""
        told = claims.get(self.role_claim) if self.role_claim else None
        groups = told if isinstance(told, list) else [told]
        return next((role for group, role in self.roles.items() if group in groups), None)


def single_sign_on(env: Env) -> SingleSignOn | None:
    """The provider that environment variables name; none where they name none.

    Raises:
        environs.EnvError: a variable does not hold what it should, or one is missing beside the
        others.
    """
    issuer = env.str("ELIGIBILITY_OIDC_ISSUER", None)
    if issuer is None:
        return None
    address = urlsplit(issuer)
    if address.scheme != "https" and not (
        address.scheme == "http" and address.hostname in LOOPBACK
    ):
        raise EnvValidationError(
            "ELIGIBILITY_OIDC_ISSUER must be an https address", ["must be an https address"]
        )
    return SingleSignOn(
        issuer=issuer,
        client_id=env.str("ELIGIBILITY_OIDC_CLIENT_ID"),
        client_secret=_secret(env),
        role_claim=env.str("ELIGIBILITY_OIDC_ROLE_CLAIM", None),
        roles=_roles(env),
        scope=env.str("ELIGIBILITY_OIDC_SCOPE", SingleSignOn.scope),
        organization_claim=env.str("ELIGIBILITY_OIDC_ORGANIZATION_CLAIM", None),
        second_factor=_asserting(env),
    )


def _secret(env: Env) -> str:
    file = env.str("ELIGIBILITY_OIDC_CLIENT_SECRET_FILE", None)
    if file is None:
        return env.str("ELIGIBILITY_OIDC_CLIENT_SECRET")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise EnvValidationError(
            "ELIGIBILITY_OIDC_CLIENT_SECRET_FILE cannot be read", ["cannot be read"]
        ) from None


def _roles(env: Env) -> Mapping[str, str]:
    """Which group means which role, written `group=role,group=role`."""
    written: list[str] = env.list("ELIGIBILITY_OIDC_ROLES", [])
    pairs = [pair.rpartition("=") for pair in written]
    if not all(group and role for group, _, role in pairs):
        told = "must be written group=role,group=role"
        raise EnvValidationError(f"ELIGIBILITY_OIDC_ROLES {told}", [told])
    return {group.strip(): role.strip() for group, _, role in pairs}


def _asserting(env: Env) -> tuple[tuple[str, str], ...]:
    """Which claims assert a second factor, written `amr=mfa,acr=phr`."""
    name = "ELIGIBILITY_OIDC_SECOND_FACTOR"
    written: list[str] = env.list(name, ["amr=mfa"])
    pairs = [pair.strip().partition("=") for pair in written]
    if not pairs or not all(claim in ("acr", "amr") and value for claim, _, value in pairs):
        told = "must be written amr=value,acr=value"
        raise EnvValidationError(f"{name} {told}", [told])
    return tuple((claim, value) for claim, _, value in pairs)
