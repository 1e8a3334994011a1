"""Passkeys (WebAuthn): what a browser is asked, and the check of what it answers.

The library takes a third of a second to import, and few requests need it. So the functions import
it.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

NAME = "Eligibility determinations"
LONGEST_ANSWER = 8_000
"""Longer answers of a browser are refused unread; an attestation is not asked for."""


class PasskeyRefused(Exception):
    """What the browser sent does not prove a passkey."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """For whom a passkey is: the host that it is bound to, and the address of the pages."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A passkey as the service keeps it: its own id, and the key that checks it, both in hex."""

    id: str
    key: str
    uses: int

    @property
    def handle(self) -> str:
        """The digest of its id."""
        return hashlib.sha256(bytes.fromhex(self.id)).hexdigest()


def relying_party(issuer: str, asked: str) -> RelyingParty:
    """For whom passkeys are, by the service's own address and the one that a browser *asked*.

    Browsers refuse passkeys for `127.0.0.1`. A service on this machine is `localhost`, at the port
    that the browser asked.
    """
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    if parts.scheme == "https" and host != "localhost":
        return RelyingParty(host, issuer)
    here = urlsplit(asked)
    return RelyingParty("localhost", f"{here.scheme}://localhost{_port(here.netloc)}")


def _port(netloc: str) -> str:
    _, colon, port = netloc.rpartition(":")
    return f":{port}" if colon and port.isdecimal() else ""


def challenge(secret: str, purpose: str, *of: str) -> bytes:
    """What a passkey signs: it follows from the service's secret and from what it is for, such as
    the session that waits. So nothing is stored, and an answer fits one purpose alone.
    """
    message = "\0".join(("passkey", purpose, *of))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()


def creation_options(
    party: RelyingParty, challenge: bytes, account_id: str, name: str, known: list[PublicKey]
) -> str:
    """What to ask a browser for a new passkey, as JSON. It makes none on a device that has one of
    the *known*.
    """
    import webauthn
    from webauthn.helpers import structs

    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=party.host,
            rp_name=NAME,
            user_id=UUID(account_id).bytes,
            user_name=name,
            challenge=challenge,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
                user_verification=structs.UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=[_described(each) for each in known],
        )
    )


def created(party: RelyingParty, challenge: bytes, answer: str) -> PublicKey:
    """The new passkey of a browser's answer.

    Raises:
        PasskeyRefused: the answer does not fit the challenge, the host or the address.
    """
    import webauthn

    try:
        made = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except Exception as refused:  # whatever a library makes of anybody's bytes: it is no proof
        raise PasskeyRefused(type(refused).__name__) from None
    return PublicKey(made.credential_id.hex(), made.credential_public_key.hex(), made.sign_count)


def request_options(party: RelyingParty, challenge: bytes, known: list[PublicKey]) -> str:
    """What to ask a browser for the use of a known passkey, as JSON."""
    import webauthn

    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=party.host,
            challenge=challenge,
            allow_credentials=[_described(each) for each in known],
        )
    )


def named_id(answer: str) -> str:
    """The id of the passkey that an answer names, in hex.

    Raises:
        PasskeyRefused: it names none.
    """
    from webauthn.helpers import base64url_to_bytes

    try:
        return base64url_to_bytes(_read(answer)["rawId"]).hex()
    except Exception as refused:
        raise PasskeyRefused(type(refused).__name__) from None


def uses_after(party: RelyingParty, challenge: bytes, answer: str, known: PublicKey) -> int:
    """How often a passkey was used, as it says itself, once its answer was checked; 0 where it does
    not count.

    Raises:
        PasskeyRefused: the answer is not from this passkey, or not for this, or the passkey was
            copied.
    """
    import webauthn

    try:
        used = webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=bytes.fromhex(known.key),
            credential_current_sign_count=known.uses,
        )
    except Exception as refused:  # whatever a library makes of anybody's bytes: it is no proof
        raise PasskeyRefused(type(refused).__name__) from None
    return used.new_sign_count


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused("too long")
    read = orjson.loads(answer)
    if not isinstance(read, dict):
        raise PasskeyRefused("no object")
    return read


def _described(known: PublicKey) -> Any:
    from webauthn.helpers import structs

    return structs.PublicKeyCredentialDescriptor(id=bytes.fromhex(known.id))
