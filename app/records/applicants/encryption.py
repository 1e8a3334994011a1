"""Personal data at rest: AES-256-GCM for each column of each row, and a blind index to find it by.

A kept value is text: `v1.<key id>.<base64 of nonce and ciphertext>`. It is bound to table, row,
column, layout and key: a value that was moved elsewhere cannot be read. The index is an HMAC under
a key of its own: who has the database alone can neither read it nor try out names against it.
"""

import base64
import binascii
import hmac
import os
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.data_keys import read_data_keys, read_index_key
from app.settings import Settings, data_keys, index_key

LAYOUT = "v1"
NONCE_BYTES, TAG_BYTES = 12, 16


class Unreadable(Exception):
    """The service cannot decrypt a stored value: it was changed or moved, or its key is missing.

    The message names its place, no value.
    """


class Place(NamedTuple):
    """Where a value belongs; it can be read nowhere else."""

    table: str
    row: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}:{self.row}:{self.column}"


class KeyRing:
    """The key that encrypts, the older ones that still decrypt, and the one of the blind index.

    Safe to share between threads.
    """

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        self._ciphers = {id: AESGCM(key) for id, key in keys.items()}
        self._index_key = index_key
        self.current = next(iter(keys))

    def encrypt(self, text: str, place: Place) -> str:
        """Encrypt a text for a place, under the current key and a new nonce."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(
            nonce, text.encode(), _bound(place, self.current)
        )
        return f"{LAYOUT}.{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, kept: str, place: Place) -> str:
        """Decrypt the text at a place.

        Raises:
            Unreadable: it was changed, it belongs elsewhere, or its key is not among these.
        """
        layout, _, rest = kept.partition(".")
        id, dot, encoded = rest.partition(".")
        if layout != LAYOUT or not dot:
            raise Unreadable(f"{place} has an unknown layout")
        if (cipher := self._ciphers.get(id)) is None:
            raise Unreadable(f"{place} has a key that is not in the data keys")
        try:
            sealed = _decoded(encoded)
            return cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(place, id)
            ).decode()
        except (InvalidTag, ValueError):
            raise Unreadable(
                f"cannot decrypt {place}: it was changed or moved, or the key differs"
            ) from None

    def is_current(self, kept: str) -> bool:
        """Whether a value is encrypted under the current key."""
        return kept.startswith(f"{LAYOUT}.{self.current}.")

    def index(self, purpose: str, *texts: str) -> str:
        """The blind index of texts; the same texts for another purpose have another one."""
        parts = [part.encode() for part in (purpose, *texts)]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._index_key, message, sha256).hexdigest()


def key_ring(settings: Settings) -> KeyRing:
    """The keys that the settings name; in development those made for this copy.

    Raises:
        NoDataKeys: production mode is set and they are not.
        KeysUnreadable: the settings do not hold what they should.
        OSError: keys made for this copy can neither be read nor kept.
    """
    return KeyRing(read_data_keys(data_keys(settings)), read_index_key(index_key(settings)))


def normalized(name: str) -> str:
    """A name as it was compared before accents and the like were left out (`folding`): of
    compatibility forms, case and spacing one form counts. Rows that nobody has changed or
    re-indexed since are found by it.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(
        "".join(letter for letter in folded if unicodedata.category(letter) != "Cf").split()
    )


def _bound(place: Place, key_id: str) -> bytes:
    return f"{place}:{LAYOUT}:{key_id}".encode()


def _decoded(encoded: str) -> bytes:
    """The bytes of a value. It accepts only the one canonical encoding, so that every change of the
    text shows.
    """
    try:
        sealed = base64.b64decode(encoded.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError from None
    if (
        len(sealed) < NONCE_BYTES + TAG_BYTES
        or base64.urlsafe_b64encode(sealed).decode() != encoded
    ):
        raise ValueError
    return sealed
