"""The text of a key: `elig_`, the label it is found by, and 256 random bits.

Programs that look for leaked secrets find it by `elig_[a-z0-9]{8}_[A-Za-z0-9]{43}`. Nothing needs
to be slow about hashing it: nobody guesses 256 bits, so a plain SHA-256 is kept.
"""

import re
import secrets
import string
from hashlib import sha256
from hmac import compare_digest

LABEL_CHARACTERS = string.ascii_lowercase + string.digits
SECRET_CHARACTERS = string.ascii_letters + string.digits
KEY = re.compile(r"elig_([a-z0-9]{8})_[A-Za-z0-9]{43}")
"""What every key looks like; its group is the label. 43 letters and digits carry 256 bits."""


def new_key() -> str:
    """A new key."""
    label = "".join(secrets.choice(LABEL_CHARACTERS) for _ in range(8))
    return f"elig_{label}_" + "".join(secrets.choice(SECRET_CHARACTERS) for _ in range(43))


def label_of(text: str) -> str | None:
    """The label of a key; none where the text is not a key."""
    found = KEY.fullmatch(text)
    return None if found is None else found[1]


def digest_of(key: str) -> bytes:
    """What is kept of a key."""
    return sha256(key.encode()).digest()


def is_key(text: str, digest: bytes) -> bool:
    """Whether a text is the key of a digest; it takes as long whatever the text is."""
    return compare_digest(sha256(text.encode(errors="replace")).digest(), digest)
