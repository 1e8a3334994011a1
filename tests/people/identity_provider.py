"""A small OpenID Connect provider on a loopback port, real enough to be lied to by: discovery,
keys, authorization, tokens.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "eligibility", "a secret & of the client's own"
Claims = dict[str, Any]
Forge = Callable[["Provider", Claims], str]


class Provider:
    """What the provider knows.

    *claims* are about whoever signs in next; *forge* makes the id token in place of the honest one.
    """

    def __init__(self) -> None:
        self.key, self.stranger = (
            RSAKey.generate_key(2048, {"kid": kid}) for kid in ("first", "first")
        )
        self.claims: Claims = {"sub": "person-7", "preferred_username": "alma.reyes"}
        self.forge: Forge | None = None
        self.described_issuer: str | None = None
        self.algorithms = ["RS256"]
        self.issuer = ""
        self.asked: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens_given = 0

    def discovery(self) -> Claims:
        return {
            "issuer": self.described_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": self.algorithms,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to: the person has agreed."""
        self.asked = asked
        assert (CLIENT_ID, "code", "S256") == (
            asked["client_id"],
            asked["response_type"],
            asked["code_challenge_method"],
        )
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """Tokens for a code: once, to this client, with the verifier of the challenge."""
        asked = self.codes.pop(sent.get("code", ""), None)
        id, _, secret = (
            base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        )
        if (
            asked is None
            or (id, secret) != (CLIENT_ID, CLIENT_SECRET)
            or sent["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        challenge = (
            base64.urlsafe_b64encode(
                hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
            )
            .decode()
            .rstrip("=")
        )
        if challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        self.tokens_given += 1
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = self.forge(self, claims) if self.forge else self.signed(claims)
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": token,
        }

    def signed(self, claims: Claims, key: RSAKey | None = None, **header: Any) -> str:
        head = {"alg": "RS256", "kid": "first", **header}
        return jwt.encode(head, claims, key or self.key, algorithms=[head["alg"]])


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/.well-known/openid-configuration":
            return self._answer(200, self.provider.discovery())
        if address.path == "/keys":
            return self._answer(200, {"keys": [self.provider.key.as_dict(private=False)]})
        if address.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(asked))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        return self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(*self.provider.token(sent, self.headers.get("Authorization", "")))

    def _answer(self, status: int, document: Claims) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that listens while the block runs."""
    provider = Provider()
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider})
    )
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
