"""The second factors of an account: which there are, whether a code or a passkey is right, what a
new one is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from uuid_utils import uuid7

from app import clock
from app.access.origin import Origin
from app.access.second_factor import codes, passkeys
from app.access.second_factor.passkeys import PasskeyRefused, PublicKey, RelyingParty
from app.records.applicants.encryption import KeyRing, Place, Unreadable
from app.records.entries import AuditEntry
from app.records.people.second_factors import (
    APP,
    PASSKEY,
    RECOVERY,
    Factor,
    Proof,
    Step,
    adding,
    changing,
    factors_of,
    removing,
    secret_place,
    take,
)
from app.records.store import Store

OBJECT = "second_factor"
KIND_WORDS = {APP: "Authenticator app", PASSKEY: "Passkey", RECOVERY: "Recovery codes"}
NAME_LENGTH = 60
USED, RENAMED = "second_factor.used", "second_factor.renamed"


@dataclass(frozen=True, slots=True)
class Owned:
    """The second factors of one account, the oldest first, and how many recovery codes are left."""

    factors: Sequence[Factor]
    recovery: Factor | None

    @property
    def passkeys(self) -> Sequence[Factor]:
        """The passkeys among them."""
        return [each for each in self.factors if each.kind == PASSKEY]

    @property
    def recovery_left(self) -> int:
        """How many recovery codes were not used yet."""
        return 0 if self.recovery is None else codes.RECOVERY_CODES - self.recovery.counter

    def find(self, id: str) -> Factor | None:
        """The second factor of an id, which is none of the recovery codes."""
        return next((each for each in self.factors if each.id == id), None)


class SecondFactors:
    """The second factors of the service. Safe to share between threads."""

    def __init__(self, store: Store, ring: Callable[[], KeyRing]) -> None:
        self._store, self._ring = store, ring

    def of(self, account_id: str) -> Owned:
        """The second factors of an account.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        found = factors_of(self._store, account_id)
        recovery = next((each for each in found if each.kind == RECOVERY), None)
        return Owned([each for each in found if each.kind != RECOVERY], recovery)

    def code_proof(self, account_id: str, typed: str, origin: Origin) -> Proof | None:
        """What a code of an app or a recovery code proves; None where it is wrong or was used.

        Raises:
            RecordsUnavailable: the database is unavailable.
            Unreadable: what is stored cannot be decrypted.
        """
        owned, code = self.of(account_id), codes.typed_code(typed)
        if codes.is_app_code(code):
            return self._app_proof(owned, code, origin)
        return self._recovery_proof(owned, code, origin)

    def _app_proof(self, owned: Owned, code: str, origin: Origin) -> Proof | None:
        now = clock.now()
        for each in owned.factors:
            if each.kind == APP:
                step = codes.step_of_code(self._secret(each), code, now, after=each.counter)
                if step is not None:
                    values = {"counter": step, "used_at": now}
                    return Proof(APP, now, changing(each, values, _did(origin, USED, each)))
        return None

    def _recovery_proof(self, owned: Owned, code: str, origin: Origin) -> Proof | None:
        """The digests that are left must be as many as were not used: an older list that somebody
        put back opens nothing.
        """
        if (factor := owned.recovery) is None:
            return None
        now, left = clock.now(), orjson.loads(self._secret(factor))
        digest = codes.recovery_digest(code)
        if digest not in left or len(left) != owned.recovery_left:
            return None
        rest = orjson.dumps([each for each in left if each != digest]).decode()
        values = {
            "secret": self._ring().encrypt(rest, secret_place(factor.id)),
            "counter": factor.counter + 1,
            "used_at": now,
        }
        return Proof(RECOVERY, now, changing(factor, values, _did(origin, USED, factor)))

    def passkey_options(self, account_id: str, party: RelyingParty, challenge: bytes) -> str | None:
        """What to ask a browser for a passkey of an account; None where it has none."""
        known = [self._public_key(each) for each in self.of(account_id).passkeys]
        return passkeys.request_options(party, challenge, known) if known else None

    def passkey_proof(
        self,
        account_id: str,
        party: RelyingParty,
        challenge: bytes,
        answer: str,
        origin: Origin,
    ) -> Proof | None:
        """What a browser's answer proves; None where it is from no passkey of the account."""
        now = clock.now()
        for each in self.of(account_id).passkeys:
            known = self._public_key(each)
            try:
                if passkeys.named_id(answer) != known.id:
                    continue
                uses = passkeys.uses_after(party, challenge, answer, known)
            except PasskeyRefused:
                return None
            values = {"counter": uses, "used_at": now}
            return Proof(PASSKEY, now, changing(each, values, _did(origin, USED, each)))
        return None

    def new_app_key(self, account_id: str) -> tuple[str, str]:
        """A key for an app, and the same encrypted for the form that confirms it: nothing is stored
        until a code was right.
        """
        key = codes.new_key()
        return key, self._ring().encrypt(key, _draft_place(account_id))

    def app_key(self, account_id: str, sealed: str) -> str | None:
        """The key that a form carries; None where it is not from this service for this account."""
        try:
            return self._ring().decrypt(sealed, _draft_place(account_id))
        except Unreadable:
            return None

    def new_app(self, account_id: str, name: str, key: str, typed: str) -> Factor | None:
        """A second factor of an app that shows the right codes; None where the code is wrong."""
        now = clock.now()
        step = codes.step_of_code(key, codes.typed_code(typed), now, after=0)
        return None if step is None else self._new(account_id, APP, name, key, step)

    def new_passkey_options(
        self, account_id: str, name: str, party: RelyingParty, challenge: bytes
    ) -> str:
        """What to ask a browser for a new passkey."""
        known = [self._public_key(each) for each in self.of(account_id).passkeys]
        return passkeys.creation_options(party, challenge, account_id, name, known)

    def new_passkey(
        self, account_id: str, name: str, party: RelyingParty, challenge: bytes, answer: str
    ) -> Factor:
        """A second factor of a browser's answer.

        Raises:
            PasskeyRefused: the answer does not prove a new passkey.
        """
        made = passkeys.created(party, challenge, answer)
        text = orjson.dumps({"id": made.id, "key": made.key}).decode()
        return self._new(account_id, PASSKEY, name, text, made.uses, made.handle)

    def new_recovery(self, account_id: str) -> tuple[Factor, list[str]]:
        """New recovery codes, and the codes themselves, which the service shows once."""
        made = codes.new_recovery_codes()
        digests = orjson.dumps([codes.recovery_digest(code) for code in made]).decode()
        return self._new(account_id, RECOVERY, KIND_WORDS[RECOVERY], digests, 0), made

    def add(self, new: Sequence[Factor], origin: Origin) -> None:
        """Add second factors to those of an account.

        Raises:
            FactorChanged: a passkey is an account's already.
            RecordsUnavailable: nothing was stored.
        """
        take(self._store, self.adding(new, origin, is_first=False))

    def adding(self, new: Sequence[Factor], origin: Origin, is_first: bool) -> Step:
        """The step that adds second factors; with *is_first* the account must have none yet."""
        return adding(new, entry_for(origin), is_first)

    def rename(self, factor: Factor, name: str, origin: Origin) -> None:
        """Give a second factor another name.

        Raises:
            FactorChanged: it was used or removed meanwhile.
            RecordsUnavailable: nothing was changed.
        """
        take(self._store, changing(factor, {"name": name}, _did(origin, RENAMED, factor)))

    def remove(self, factor: Factor, origin: Origin, keeps_one: bool) -> None:
        """Remove a second factor.

        Raises:
            LastFactor: the account *keeps_one*, and this is it.
            FactorChanged: it is gone already.
            RecordsUnavailable: nothing was changed.
        """
        take(self._store, removing(factor, entry_for(origin), keeps_one))

    def _new(
        self, account_id: str, kind: str, name: str, secret: str, counter: int, handle: str = ""
    ) -> Factor:
        id = str(uuid7())
        kept = self._ring().encrypt(secret, secret_place(id))
        return Factor(id, account_id, kind, name, kept, clock.now(), counter, handle or None)

    def _public_key(self, factor: Factor) -> PublicKey:
        kept = orjson.loads(self._secret(factor))
        return PublicKey(kept["id"], kept["key"], factor.counter)

    def _secret(self, factor: Factor) -> str:
        return self._ring().decrypt(factor.secret, secret_place(factor.id))


def entry_for(origin: Origin) -> Callable[[str, str], AuditEntry]:
    """What gives the audit entries for what is done to second factors."""
    return lambda action, id: origin.did(action, id, kind=OBJECT)


def _did(origin: Origin, action: str, factor: Factor) -> AuditEntry:
    return origin.did(action, factor.id, kind=OBJECT)


def _draft_place(account_id: str) -> Place:
    """Where a key belongs that no code has confirmed yet."""
    return Place("second_factors", account_id, "unconfirmed")
