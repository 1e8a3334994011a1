"""Base64 and decimal numbers in the one form that the formats allow, so that no two texts mean the
same.
"""

import base64
import binascii
import re

HASH_BYTES = 32
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
LARGEST = 2**63 - 1
"""The largest size, index or timestamp that the formats carry."""


class Malformed(ValueError):
    """A text is not in its format. The message says what is wrong."""


def encoded(content: bytes) -> str:
    """Bytes in standard base64, with padding."""
    return base64.b64encode(content).decode("ascii")


def decoded(text: str, called: str) -> bytes:
    """Bytes from standard base64.

    Raises:
        Malformed: it is no base64, or another text encodes the same bytes.
    """
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Malformed(f"{called} is not base64") from None
    if encoded(content) != text:
        raise Malformed(f"{called} is not the usual base64 of its bytes")
    return content


def decoded_hash(text: str, called: str) -> bytes:
    """A SHA-256 hash from base64.

    Raises:
        Malformed: it is none.
    """
    content = decoded(text, called)
    if len(content) != HASH_BYTES:
        raise Malformed(f"{called} has {len(content)} bytes, not {HASH_BYTES}")
    return content


def decimal(text: str, called: str) -> int:
    """A number from ASCII digits without leading zeros, 2^63 − 1 at most.

    Raises:
        Malformed: it is none.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > LARGEST:
        raise Malformed(f"{called} is not a number without leading zeros")
    return int(text)
