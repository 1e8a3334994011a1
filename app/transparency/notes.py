"""Signed notes (C2SP signed-note): a text, a blank line, and a line for each signature."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.transparency.encoding import Malformed, decoded, encoded
from app.transparency.keys import ID_BYTES, PrivateKey, PublicKey, is_name

DASH = "— "
SIGNATURES_AT_MOST = 100
BYTES_AT_MOST = 1_000_000


class Untrusted(Exception):
    """No signature of a known key stands under a note."""


class SignatureWrong(Untrusted):
    """A line names a known key, and its signature is not that key's over the text."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note."""

    name: str
    id: bytes
    signature: bytes

    def line(self) -> str:
        """As it stands under a note, with its newline."""
        return f"{DASH}{self.name} {encoded(self.id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and the signatures under it, of whatever worth."""

    text: str
    signatures: tuple[Signature, ...]

    def written(self) -> str:
        """The note as it is sent and stored."""
        return f"{self.text}\n{''.join(each.line() for each in self.signatures)}"


def read_note(content: bytes) -> Note:
    """A note from its bytes; no signature is checked yet.

    Raises:
        Malformed: it is none, or is larger than any of ours.
    """
    if len(content) > BYTES_AT_MOST:
        raise Malformed("The note is too large")
    try:
        whole = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The note is not UTF-8") from None
    if any(each < " " and each != "\n" for each in whole):
        raise Malformed("The note has control characters")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Malformed("The note does not end in signatures after a blank line")
    signed = lines.removesuffix("\n").split("\n")
    if len(signed) > SIGNATURES_AT_MOST:
        raise Malformed(f"The note has more than {SIGNATURES_AT_MOST} signatures")
    return Note(f"{text}\n", tuple(_signature(line) for line in signed))


def read_signatures(content: bytes) -> tuple[Signature, ...]:
    """Lines of signatures alone, as a witness answers.

    Raises:
        Malformed: they are none.
    """
    return read_note(b"\n\n" + content).signatures


def _signature(line: str) -> Signature:
    name, space, body = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not space or not is_name(name):
        raise Malformed("A line of signatures is not like — name base64")
    content = decoded(body, "A signature")
    if len(content) <= ID_BYTES:
        raise Malformed("A signature is too short")
    return Signature(name, content[:ID_BYTES], content[ID_BYTES:])


def trusted(note: Note, keys: Iterable[PublicKey]) -> Sequence[tuple[PublicKey, Signature]]:
    """The known keys that signed a note, each once; lines of unknown keys do not count.

    Raises:
        SignatureWrong: a line names a known key and is not its signature.
        Untrusted: no known key signed it.
    """
    known = {(key.name, key.id): key for key in keys}
    found: dict[PublicKey, Signature] = {}
    for line in note.signatures:
        key = known.get((line.name, line.id))
        if key is None:
            continue
        if not key.holds(note.text, line.signature):
            raise SignatureWrong(f"The signature of {key.name} does not fit the text")
        found.setdefault(key, line)
    if not found:
        raise Untrusted("No known key signed the note")
    return list(found.items())


def signed(text: str, key: PrivateKey) -> Note:
    """A text signed by one key.

    Raises:
        ValueError: the text does not end in a newline or has control characters.
    """
    if not text.endswith("\n") or any(each < " " and each != "\n" for each in text):
        raise ValueError("a note's text ends in a newline and has no control characters")
    return Note(text, (Signature(key.name, key.public.id, key.signature(text)),))


def with_signatures(note: Note, added: Iterable[Signature]) -> Note:
    """A note with further lines under it; a key's new line replaces its line of before."""
    lines = {(each.name, each.id): each for each in (*note.signatures, *added)}
    return Note(note.text, tuple(lines.values()))


def cosignature_line(text: str, key: PrivateKey, at: int) -> Signature:
    """A witness's line under a checkpoint; *at* is in seconds since 1970."""
    return Signature(key.name, key.public.id, key.cosignature(text, at))
