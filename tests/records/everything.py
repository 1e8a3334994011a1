"""Something in every table, kept by what keeps it in the service."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from argon2 import PasswordHasher
from sqlalchemy import select

from app import clock
from app.access.credentials import KEY, Credentials, Wanted
from app.access.origin import Origin
from app.access.passwords import Passwords
from app.access.people import Browser, People, SignInRefused
from app.access.roles import read_roles
from app.access.roster import NewAccount, Roster
from app.records.applicants.applicants import Applicant, Applicants, Person
from app.records.applicants.encryption import KeyRing
from app.records.applicants.key_rotation import rotate
from app.records.entries import IdempotencyRecord, NewDetermination
from app.records.holds import Hold, find_hold, lift_hold, place_hold
from app.records.identity import new_id
from app.records.ledger.retention import dispose, due
from app.records.ledger.seals import seal_everything
from app.records.machines.credentials import CredentialStore
from app.records.people.account_tables import account_sessions
from app.records.store import Store
from tests.records.conftest import RECORD, kept, numbered

OFFICE = Origin("command:tests")
ADDRESS, NAME, PASSWORD = "203.0.113.77", "beatrix", "nine copper kettles hum"
PERSON = Person("Zébulon Quackenbush", date(1931, 7, 13))
RING = KeyRing({"k1": b"1" * 32}, b"2" * 32)


@dataclass(frozen=True)
class Everything:
    """What was kept: the ids of what can be named, and what must never be told."""

    account: str
    session: str
    credential: str
    label: str
    hold: str
    applicant: str
    subject: str
    never_told: tuple[str, ...]


def keep_everything(store: Store) -> Everything:
    """Keep something in every table; two seals, and determinations that wait for the third."""
    answer = IdempotencyRecord(
        "key:1",
        "POST /v1/determinations",
        "0" * 64,
        "1" * 64,
        RECORD.decided_at,
        201,
        "/v1/x",
        None,
        RECORD.id,
    )
    first = kept(numbered(1))
    store.keep(NewDetermination(first.record, first.audit, answer))
    for number in (2, 3):
        store.keep(kept(numbered(number)))
    _dispose_one(store)
    account, session = _sign_in(store)
    credential, label, secret = _make_key(store)
    now = clock.now()
    hold = Hold(new_id(now), "determination", numbered(2).id, "matter 12", "account:1", now)
    place_hold(store, hold, OFFICE.did("hold.placed", hold.object_id, kind=hold.kind))
    applicant = Applicant(new_id(now), "person-1", "office-1", PERSON, now, "account:1", now)
    Applicants(store, RING).keep(
        applicant, OFFICE.did("applicant.created", "person-1", kind="applicant")
    )
    list(seal_everything(store, clock.now()))
    store.keep(kept(numbered(6)))
    never = (ADDRESS, NAME, PERSON.name, secret, *_hashes(store))
    return Everything(account, session, credential, label, hold.id, applicant.id, "person-1", never)


def use_everything(store: Store, kept: Everything) -> None:
    """Change every row that may change, as the service does."""
    people, credentials = _people(store), _credentials(store)
    account = people.accounts.find(kept.account)
    assert account is not None
    people.sign_in_proven(account, Browser(ADDRESS, "Testing 1.0"), OFFICE)
    Roster(people.accounts, people.passwords).change(account, {"organization": "office-4"}, OFFICE)
    credentials.rotate(kept.credential, None, OFFICE)
    CredentialStore(store).note_use(kept.credential, clock.today())
    hold = find_hold(store, kept.hold)
    assert hold is not None
    lifted = replace(hold, lifted_by="account:2", lifted_at=clock.now(), version=2)
    lift_hold(
        store,
        hold,
        lifted,
        OFFICE.did("hold.lifted", hold.object_id, kind=hold.kind),
    )
    corrected = OFFICE.did("applicant.corrected", kept.subject, kind="applicant")
    Applicants(store, RING).change(
        kept.subject, 1, lambda person: replace(person, name="Ana Lu"), clock.now(), corrected
    )
    rotate(store, KeyRing({"k2": b"3" * 32, "k1": b"1" * 32}, b"2" * 32))


def _dispose_one(store: Store) -> None:
    store.keep(kept(numbered(9, decided_at=datetime(2011, 2, 16, tzinfo=UTC))))
    list(seal_everything(store, clock.now()))
    for some in due(store, "determination", datetime(2012, 1, 1, tzinfo=UTC)):
        dispose(store, some, clock.now(), "kept for long enough", new_id)


def _sign_in(store: Store) -> tuple[str, str]:
    """An account that somebody has signed in to, after one attempt that failed."""
    people = _people(store)
    account, _ = Roster(people.accounts, people.passwords).create(
        NewAccount(NAME, "auditor", "office-3"), OFFICE, PASSWORD
    )
    browser = Browser(ADDRESS, "Testing 1.0")
    try:
        people.sign_in(NAME, "something else than that", browser, OFFICE)
    except SignInRefused:
        people.sign_in(NAME, PASSWORD, browser, OFFICE)
    [session] = people.sessions.of(account.id, clock.now())
    return account.id, session.id


def _people(store: Store) -> People:
    return People(
        store, Passwords(lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    )


def _credentials(store: Store) -> Credentials:
    return Credentials(CredentialStore(store), read_roles(None))


def _make_key(store: Store) -> tuple[str, str, str]:
    told = _credentials(store).create(Wanted(KEY, "night batch", "auditor"), OFFICE)
    return told.credential.id, told.credential.secrets[0].label, told.secret


def _hashes(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(account_sessions.c.token_hash)).scalars())
