"""Access tokens of OAuth 2 clients: JSON Web Tokens by RFC 9068, signed with ES256 only.

The signing keys are files of one folder, so no dump or backup of the database contains one. The
newest key signs. The one before verifies until its last token expires. Older keys are invalid.
"""

import os
import secrets
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jwt import JWTClaimsRegistry

from app import clock

ALGORITHM = "ES256"
CACHE_SECONDS = 30
"""How long what the folder held is relied on; within it a worker takes notice of a rotation."""
LOOK_AGAIN_SECONDS = 1
"""How soon a process reads the folder again after a token with an unknown key."""
OUTLIVES_SECONDS = 960
"""How long a replaced key verifies: the longest life of a token, and what it takes every worker to
notice.
"""
TYPE = "at+jwt"
CLOCKS_DIFFER_SECONDS = 5
"""How far the clock of another machine of this service may be ahead when it issues a token.

It lengthens no token's life.
"""
LONGEST_SECONDS = 900
_NAME = "%Y%m%dT%H%M%SZ"


class NoSigningKey(Exception):
    """There is no key to sign with, or it cannot be read."""


@dataclass(frozen=True)
class SigningKey:
    """A key pair on the curve P-256 with the time of its creation, which is part of its id."""

    kid: str
    made_at: datetime
    pair: ECKey

    def public(self) -> Mapping[str, Any]:
        """The public half as a JSON Web Key."""
        return {**self.pair.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": ALGORITHM}


class SigningKeys:
    """The signing keys of a folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[datetime, tuple[SigningKey, ...]] | None = None

    def live(self) -> tuple[SigningKey, ...]:
        """The keys that verify now, at most two, the newest first.

        Raises:
            NoSigningKey: a file cannot be read as a key.
        """
        return self._live(CACHE_SECONDS)

    def newest(self) -> SigningKey:
        """The key to sign with.

        Raises:
            NoSigningKey: there is none.
        """
        if not (keys := self.live()):
            raise NoSigningKey("no signing key exists; `flask keys signing rotate` creates one")
        return keys[0]

    def find(self, kid: object) -> SigningKey | None:
        """The live key of an id; none where there is none."""
        looks = (self._live(seconds) for seconds in (CACHE_SECONDS, LOOK_AGAIN_SECONDS))
        return next((key for keys in looks for key in keys if key.kid == kid), None)

    def rotate(self) -> SigningKey:
        """Make a new key, which signs from now on, and remove those from before the present one.

        Raises:
            NoSigningKey: the folder cannot be written.
        """
        now = clock.now().replace(microsecond=0)
        if (
            newest := max(self._files(), default=None)
        ) is not None:  # ids sort by the instant, so two never share one
            now = max(now, _made_at(newest.stem) + timedelta(seconds=1))
        letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
        kid = f"{now.strftime(_NAME)}-{letters}"
        pair = ECKey.generate_key("P-256", {"kid": kid})
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(
                os.open(self._folder / f"{kid}.part", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
                "wb",
            ) as file:
                file.write(pair.as_pem(private=True))
            (self._folder / f"{kid}.part").rename(self._folder / f"{kid}.pem")
            for old in sorted(self._files(), reverse=True)[2:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise NoSigningKey(
                f"cannot write the folder of the signing keys: {type(error).__name__}"
            ) from None
        self._seen = None
        return SigningKey(kid, now, pair)

    def _live(self, relied_on_seconds: int) -> tuple[SigningKey, ...]:
        now, seen = clock.now(), self._seen
        if seen is None or not timedelta() <= now - seen[0] < timedelta(seconds=relied_on_seconds):
            self._seen = seen = (now, self._read())
        keys = seen[1]
        return (
            keys[:1]
            if keys and now - keys[0].made_at > timedelta(seconds=OUTLIVES_SECONDS)
            else keys
        )

    def _read(self) -> tuple[SigningKey, ...]:
        try:
            return tuple(
                SigningKey(
                    f.stem, _made_at(f.stem), ECKey.import_key(f.read_bytes(), {"kid": f.stem})
                )
                for f in sorted(self._files(), reverse=True)[:2]
            )
        except (OSError, ValueError) as error:
            raise NoSigningKey(f"cannot read a signing key: {type(error).__name__}") from None

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.pem"))


def _made_at(kid: str) -> datetime:
    return datetime.strptime(kid.partition("-")[0], _NAME).replace(tzinfo=UTC)


class BadToken(Exception):
    """The service rejects this token. Only the log has the reason."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: for which client, with which permissions, until when. *subject* is the
    client itself, or the account of the person who allowed it by a *consent*.
    """

    client: str
    scopes: tuple[str, ...]
    expires_at: datetime
    subject: str
    consent: str | None = None


class Tokens:
    """Issues and verifies the access tokens of one service. *issuer* is its address; the tokens are
    for its routes under /v1.
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

    def issue(
        self,
        client: str,
        scopes: Collection[str],
        subject: str | None = None,
        consent: str | None = None,
    ) -> str:
        """A token for a client, with the permissions it may use: in its own name, or in that of the
        account *subject*, whose *consent* this is.

        Raises:
            NoSigningKey: there is no key to sign with.
        """
        key, now = self.keys.newest(), int(clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": subject or client,
            "client_id": client,
            "aud": self.audience,
            "iat": now,
            "exp": now + self.seconds,
            "jti": str(uuid4()),
            "scope": " ".join(sorted(scopes)),
        }
        if consent is not None:
            claims["consent"] = consent
        return jwt.encode(
            {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid},
            claims,
            key.pair,
            algorithms=[ALGORITHM],
        )

    def read(self, text: str) -> Token:
        """The claims of a valid token: issued by this service, for this service, and not expired.

        It ignores keys inside a token.

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
        issued, expires, scope = claims["iat"], claims["exp"], claims["scope"]
        client, subject, consent = claims["client_id"], claims["sub"], claims.get("consent")
        if (
            not isinstance(issued, int)
            or not isinstance(expires, int)
            or not now < expires <= issued + LONGEST_SECONDS
        ):
            raise BadToken("exp")
        if not all(isinstance(each, str) for each in (client, subject, scope)):
            raise BadToken("sub")
        if isinstance(consent, str) != (subject != client):
            raise BadToken("consent")
        ends = datetime.fromtimestamp(0, UTC) + timedelta(seconds=expires)
        return Token(client, tuple(scope.split()), ends, subject, consent)
