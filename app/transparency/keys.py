"""Keys of logs and witnesses, in the texts that C2SP signed-note defines.

A public key is `name+id+base64`, a private one `PRIVATE+KEY+name+id+base64`; the base64 holds one
byte for the kind of signature and the Ed25519 key.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.transparency.encoding import HASH_BYTES, LARGEST, Malformed, decoded, encoded

ED25519, COSIGNATURE = 0x01, 0x04
"""Kinds of signatures: over the text of a note, and over a checkpoint with the time."""
KINDS = (ED25519, COSIGNATURE)
SIGNATURE_BYTES, TIME_BYTES, ID_BYTES = 64, 8, 4
_PRIVATE = "PRIVATE+KEY+"
_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)


def is_name(text: str) -> bool:
    """Whether a text may name a key: not empty, without spaces, plus and control characters."""
    return bool(text) and not any(each.isspace() or each == "+" or each < " " for each in text)


def cosigned_message(text: str, at: int) -> bytes:
    """What a witness signs: that it saw a checkpoint's text, at a time in seconds since 1970."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What checks the signatures of one log or witness."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart in the lines of signatures."""
        told = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(told).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.kind]) + self.public)}"

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether a signature, without the key's id, is this key's over a text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            at, signature = cosigned_at(signature), signature[TIME_BYTES:]
            if at is None:
                return False
            message = cosigned_message(text, at)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def cosigned_at(signature: bytes) -> int | None:
    """The time a cosignature names, in seconds since 1970; None where it is no cosignature."""
    if len(signature) != TIME_BYTES + SIGNATURE_BYTES:
        return None
    at = int.from_bytes(signature[:TIME_BYTES])
    return at if at <= LARGEST else None


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """What signs for one log or witness. Its text is a secret; `repr` leaves the seed out."""

    name: str
    kind: int
    seed: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one signs."""
        return PublicKey(self.name, self.kind, _pair(self.seed)[1])

    def secret_text(self) -> str:
        """The key as a file holds it."""
        body = encoded(bytes([self.kind]) + self.seed)
        return f"{_PRIVATE}{self.name}+{self.public.id.hex()}+{body}"

    def signature(self, text: str) -> bytes:
        """The signature over a note's text.

        Raises:
            ValueError: this key signs checkpoints with the time.
        """
        if self.kind != ED25519:
            raise ValueError("a key for cosignatures signs nothing else")
        return self._key().sign(text.encode())

    def cosignature(self, text: str, at: int) -> bytes:
        """The time, in seconds since 1970, and the signature over it and a checkpoint's text.

        Raises:
            ValueError: this key signs without the time, or the time cannot be written.
        """
        if self.kind != COSIGNATURE or not 0 <= at <= LARGEST:
            raise ValueError("only a key for cosignatures signs with a time from 1970 on")
        return at.to_bytes(TIME_BYTES) + self._key().sign(cosigned_message(text, at))

    def _key(self) -> Ed25519PrivateKey:
        return _pair(self.seed)[0]


@lru_cache(maxsize=16)
def _pair(seed: bytes) -> tuple[Ed25519PrivateKey, bytes]:
    """The key of a seed and the bytes of its public half, which take longer to make than to use."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key, key.public_key().public_bytes_raw()


def new_private_key(name: str, kind: int) -> PrivateKey:
    """A key drawn at random.

    Raises:
        ValueError: the name may not name a key.
    """
    if not is_name(name) or kind not in KINDS:
        raise ValueError("a key needs a name without spaces and plus, and a known kind")
    return PrivateKey(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())


def read_public_key(text: str) -> PublicKey:
    """A public key from its text.

    Raises:
        Malformed: it is none, its id is another key's, or its kind is unknown.
    """
    name, id, kind, public = _parts(text, "The public key")
    key = PublicKey(name, kind, public)
    if key.id.hex() != id:
        raise Malformed("The id of the public key does not fit its name and bytes")
    return key


def read_private_key(text: str) -> PrivateKey:
    """A private key from its text. No message quotes it.

    Raises:
        Malformed: it is none, its id is another key's, or its kind is unknown.
    """
    if not text.startswith(_PRIVATE):
        raise Malformed(f"The private key does not begin with {_PRIVATE}")
    name, id, kind, seed = _parts(text.removeprefix(_PRIVATE), "The private key")
    key = PrivateKey(name, kind, seed)
    if key.public.id.hex() != id:
        raise Malformed("The id of the private key does not fit its name and bytes")
    return key


def _parts(text: str, called: str) -> tuple[str, str, int, bytes]:
    name, plus, rest = text.partition("+")
    id, more, body = rest.partition("+")
    if not plus or not more or not is_name(name) or not _ID.fullmatch(id):
        raise Malformed(f"{called} is not like name+id+base64")
    content = decoded(body, called)
    if len(content) != 1 + HASH_BYTES or content[0] not in KINDS:
        raise Malformed(f"{called} is of a kind that is unknown here")
    return name, id, content[0], content[1:]
