"""The keys that encrypt personal data, and the key of its index, from the settings. No message
contains a key.

Data keys are `id:key,id:key`: the first encrypts, the others only decrypt. Each key is 32 bytes in
base64, as `secrets.token_urlsafe(32)` creates it.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from environs import ValidationError

KEY_BYTES = 32
DATA_KEYS, INDEX_KEY = "ELIGIBILITY_DATA_KEYS", "ELIGIBILITY_INDEX_KEY"
DIFFERENT_BYTES_AT_LEAST = 16
"""A key drawn at random has some thirty different bytes; one with fewer than sixteen was typed."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_+/-]{43}=?", re.ASCII)
_HOW = "Create one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


class KeysUnreadable(ValidationError):
    """A setting does not hold the keys that it should.

    The message says what to put there, and no key.
    """


def read_data_keys(text: str) -> dict[str, bytes]:
    """The keys by their ids, the one that encrypts first.

    Raises:
        KeysUnreadable: something is no `id:key`, a key is not of 32 bytes, or an id or a key stands
            twice.
    """
    keys: dict[str, bytes] = {}
    for part in text.replace("\n", ",").split(","):
        id, colon, key = part.strip().partition(":")
        if not colon or not _ID.fullmatch(id):
            raise KeysUnreadable(
                f"{DATA_KEYS} must be like 2026a:…,2025a:… where an id has 1 to 16 letters, "
                "digits, _ or -"
            )
        if id in keys:
            raise KeysUnreadable(f"{DATA_KEYS} has two keys with one id. Give the new key a new id")
        keys[id] = _key(DATA_KEYS, key)
    if len(set(keys.values())) < len(keys):
        raise KeysUnreadable(f"{DATA_KEYS} has one key under two ids. {_HOW}")
    return keys


def read_index_key(text: str) -> bytes:
    """The key of the blind index.

    Raises:
        KeysUnreadable: it is not of 32 bytes.
    """
    return _key(INDEX_KEY, text)


def _key(name: str, text: str) -> bytes:
    text = text.strip()
    try:
        if not _KEY.fullmatch(text):
            raise ValueError
        return base64.urlsafe_b64decode(text.rstrip("=").replace("+", "-").replace("/", "_") + "=")
    except (ValueError, binascii.Error):
        raise KeysUnreadable(f"{name} needs keys of {KEY_BYTES} bytes in base64. {_HOW}") from None


def new_key() -> str:
    """A key drawn at random, as settings hold it."""
    return secrets.token_urlsafe(KEY_BYTES)


def open_to_guessing(
    data_keys: str | None, index_key: str | None, secret_key: str | None
) -> Iterator[str]:
    """Complaints about keys that are missing, unreadable, not random, or used for two purposes."""
    keys: list[bytes] = []
    for name, text in ((DATA_KEYS, data_keys), (INDEX_KEY, index_key)):
        if not text:
            more = ", and write an id before it: 2026a:…" if name == DATA_KEYS else ""
            yield f"{name} (or {name}_FILE) is not set. {_HOW}{more}"
            continue
        try:
            found = (
                list(read_data_keys(text).values()) if name == DATA_KEYS else [read_index_key(text)]
            )
        except KeysUnreadable as error:
            yield f"{error}."
            continue
        if any(
            len(set(key)) < DIFFERENT_BYTES_AT_LEAST or all(32 <= byte < 127 for byte in key)
            for key in found
        ):
            yield f"A key in {name} looks like a sample; it must be random. {_HOW}"
        keys += found
    texts = [text for text in (data_keys, index_key) if text]
    if len(set(keys)) < len(keys) or (secret_key and any(secret_key in text for text in texts)):
        yield (
            f"One key has two purposes. The secret key, the data keys and {INDEX_KEY} must "
            f"differ. {_HOW}"
        )


def stored_secret(file: Path, make: Callable[[], str]) -> str:
    """The secret in a file; the first time one that *make* draws.

    Raises:
        OSError: it can neither be read nor kept.
    """
    if not file.exists():
        _make_secret(file, make())
    return file.read_text(encoding="ascii")


def _make_secret(file: Path, text: str) -> None:
    """A new secret that only this user may read, whole at once.

    One that another process made first stays.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
        made.write(text)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
