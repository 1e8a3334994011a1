"""Access tokens of OAuth 2 clients: JSON Web Tokens by RFC 9068, signed with ES256 and nothing
else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jwt import JWTClaimsRegistry

from app import clock
from app.access.signing import ALGORITHM, SigningKeys

TYPE = "at+jwt"
CLOCKS_DIFFER_SECONDS = 5
"""How far the clock of another machine of this service may be ahead when it issues a token.

It lengthens no token's life.
"""
LONGEST_SECONDS = 900


class BadToken(Exception):
    """The text is not a token that is taken here; why is for nobody but the log."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: for which client, with which permissions, until when."""

    client: str
    scopes: tuple[str, ...]
    expires_at: datetime


class Tokens:
    """Issues and reads the access tokens of one service.

    *issuer* is its address; tokens are for what stands under /v1 there.
    """

    def __init__(self, keys: SigningKeys, issuer: str, seconds: int) -> None:
        self.keys, self.issuer, self.audience = keys, issuer, f"{issuer}/v1"
        self.seconds = min(seconds, LONGEST_SECONDS)
        self._claims = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": self.audience},
            **{
                name: {"essential": True}
                for name in ("sub", "client_id", "exp", "iat", "jti", "scope")
            },
        }

    def issue(self, client: str, scopes: Collection[str]) -> str:
        """A token for a client, with the permissions it may use.

        Raises:
            NoSigningKey: there is no key to sign with.
        """
        key, now = self.keys.newest(), int(clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": client,
            "client_id": client,
            "aud": self.audience,
            "iat": now,
            "exp": now + self.seconds,
            "jti": str(uuid4()),
            "scope": " ".join(sorted(scopes)),
        }
        return jwt.encode(
            {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid},
            claims,
            key.pair,
            algorithms=[ALGORITHM],
        )

    def read(self, text: str) -> Token:
        """What a token says, once it is seen to be ours, for us, and in its time. Keys that a token
        brings along are not looked at.

        Raises:
            BadToken: it is not.
            NoSigningKey: the keys cannot be read.
        """
        try:  # a hostile header reaches the library's own JSON reader
            token = jwt.decode(text, self._key, algorithms=[ALGORITHM])
        except (
            JoseError,
            ValueError,
            TypeError,
            KeyError,
            RecursionError,
        ) as error:
            raise BadToken(type(error).__name__) from None
        if str(token.header.get("typ", "")).lower() not in (TYPE, f"application/{TYPE}"):
            raise BadToken("typ")
        return self._checked(token.claims)

    def _key(self, signed: Any) -> ECKey:
        """The key that a token names by its id, which is all of its header that is believed."""
        key = self.keys.find(signed.headers().get("kid"))
        if key is None:
            raise BadToken("kid")
        return key.pair

    def _checked(self, claims: dict[str, Any]) -> Token:
        now = int(clock.now().timestamp())
        registry = JWTClaimsRegistry(now, CLOCKS_DIFFER_SECONDS, **self._claims)  # type: ignore[arg-type]
        try:
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken(type(error).__name__) from None
        issued, expires, client, scope = (
            claims["iat"],
            claims["exp"],
            claims["sub"],
            claims["scope"],
        )
        if (
            not isinstance(issued, int)
            or not isinstance(expires, int)
            or not now < expires <= issued + LONGEST_SECONDS
        ):
            raise BadToken("exp")
        if (
            not isinstance(client, str)
            or client != claims["client_id"]
            or not isinstance(scope, str)
        ):
            raise BadToken("sub")
        return Token(
            client,
            tuple(scope.split()),
            datetime.fromtimestamp(0, UTC) + timedelta(seconds=expires),
        )
