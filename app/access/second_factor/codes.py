"""Codes of an app (TOTP, RFC 6238), and recovery codes."""

import hashlib
import secrets
import string
from datetime import datetime

import pyotp
import segno

STEP_SECONDS, DIGITS = 30, 6
STEPS_ASIDE = 1
"""A code is accepted one step early or late, because clocks differ and typing takes time."""
ISSUER = "Eligibility determinations"
RECOVERY_CODES = 10
_GROUPS, _LETTERS = 4, 4
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_key() -> str:
    """A key for an app: 160 random bits in base32."""
    return pyotp.random_base32()


def key_address(key: str, account: str, host: str) -> str:
    """The address that an app reads a key from, as a picture."""
    return pyotp.TOTP(key).provisioning_uri(name=account, issuer_name=f"{ISSUER} ({host})")


def key_picture(address: str) -> str:
    """The picture (QR code) of an address, as a `data:` address of an SVG."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4))


def step_of_code(key: str, code: str, at: datetime, after: int) -> int | None:
    """The time step whose code this is; None where it is wrong. Codes up to the step *after* were
    used already.
    """
    app, now = pyotp.TOTP(key, digits=DIGITS, interval=STEP_SECONDS), int(at.timestamp())
    present = now // STEP_SECONDS
    matching = [
        step
        for step in range(present - STEPS_ASIDE, present + STEPS_ASIDE + 1)
        if secrets.compare_digest(app.at(step * STEP_SECONDS), code)
    ]
    return next((step for step in matching if step > after), None)


def is_app_code(code: str) -> bool:
    """Whether a text looks like a code of an app."""
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def typed_code(text: str) -> str:
    """A code as it is compared, however it was spaced and capitalized."""
    kept = string.ascii_lowercase + string.digits
    return "".join(letter for letter in text.lower() if letter in kept)


def new_recovery_codes() -> list[str]:
    """New recovery codes, each with nearly 80 random bits."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def recovery_digest(code: str) -> str:
    """The digest of a recovery code. The code is long and random, so a fast hash is enough."""
    return hashlib.sha256(typed_code(code).encode()).hexdigest()
