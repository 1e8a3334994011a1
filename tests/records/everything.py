"""Something in every table, kept by what keeps it in the service."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import select

from app import clock
from app.access.approvals import Approvals
from app.access.credentials import KEY, Credentials, Wanted
from app.access.organizations import NewOrganization, OrganizationRegister
from app.access.origin import Origin
from app.access.passwords import Passwords
from app.access.people import Browser, People, SignInRefused
from app.access.programs import Asked, Programs
from app.access.roles import read_roles, shipped_roles
from app.access.roster import NewAccount, Roster
from app.access.second_factor.factors import SecondFactors
from app.records.applicants.applicants import Applicant, Applicants
from app.records.applicants.encryption import KeyRing
from app.records.applicants.key_rotation import rotate
from app.records.applicants.person import FormerName, Person
from app.records.approvals.grants import Grant, keep_grant
from app.records.entries import DeterminationRecord, IdempotencyRecord, NewDetermination, Void
from app.records.holds import Hold, find_hold, lift_hold, place_hold
from app.records.identity import new_id
from app.records.ledger.seals import seal_everything
from app.records.letters.letters import (
    KeptLetter,
    change_letter,
    content_digest,
    find_letter,
    keep_letter,
)
from app.records.machines.credentials import CredentialStore
from app.records.machines.programs import ProgramStore
from app.records.people.account_tables import account_sessions
from app.records.people.accounts import Accounts
from app.records.people.drafts import Draft, Drafts
from app.records.people.reminders import Reminder, Reminders
from app.records.people.second_factors import Factor, secret_place
from app.records.store import Store
from app.records.texts.feedback import Feedback, FeedbackBox
from app.records.texts.notes import Note, Notes
from app.records.texts.personal_texts import keep_text
from app.records.verifications.reports import Verification, begin, last_verifications, note
from app.records.verifying.proof import Proof
from app.records.verifying.verification import verify
from app.records.voiding.voids import keep_void
from app.records.waivers.papers import sealable_paper
from app.records.waivers.waiver_requests import (
    DeskReach,
    WaiverRequest,
    WaiverRequests,
    WaiverStep,
)
from tests.approving import RENAMING, proposal
from tests.disposing import dispose_of, mark
from tests.organizations import know
from tests.records.conftest import RECORD, kept, made_at, numbered

OFFICE = Origin("command:tests")
ADDRESS, NAME, PASSWORD = "203.0.113.77", "beatrix", "nine copper kettles hum"
ANSWERED = "2009-08-07"
PERSON = Person(
    "Zébulon Quackenbush",
    date(1931, 7, 13),
    address=("7 Canary Row",),
    former_names=(FormerName("Zeb Cormorant", date(2020, 2, 29)),),
)
OLD = datetime(2011, 2, 16, tzinfo=UTC)
TEN_YEARS_LATER = datetime(2021, 2, 17, tzinfo=UTC)
"""When the first of the old determinations goes."""
WRITTEN = "she lost her plan when the mill closed"
SUPERVISOR = shipped_roles().principal(OFFICE.actor, "supervisor", "office-3")
RING = KeyRing({"k1": b"1" * 32}, b"2" * 32)


@dataclass(frozen=True)
class Everything:
    """What was kept: the ids of what can be named, and what must never be told."""

    approval: str
    account: str
    organization: str
    session: str
    factor: str
    credential: str
    label: str
    hold: str
    applicant: str
    subject: str
    draft: str
    void: str
    text: str
    waiver: str
    verification: str
    letter: str
    never_told: tuple[str, ...]


def keep_everything(
    store: Store, checkpoints: Path | None = None, older: Sequence[DeterminationRecord] = ()
) -> Everything:
    """Keep something in every table; some seals, and determinations that wait for the next. The
    seals are noted in *checkpoints*, and *older* ones have a seal each.
    """
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
    _keep_old_ones(store, checkpoints, (made_at(9, OLD), *older))
    dispose_of(store, TEN_YEARS_LATER, "determination", checkpoints=checkpoints)
    if older:  # nobody releases this mark
        mark(store, TEN_YEARS_LATER + timedelta(days=30), {"determination"}, checkpoints)
    first = kept(numbered(1))
    store.keep(NewDetermination(first.record, first.audit, answer))
    for number in (2, 3):
        store.keep(kept(numbered(number)))
    list(seal_everything(store, clock.now(), checkpoints))
    account, session = _sign_in(store)
    factor = _add_second_factor(store, account)
    credential, label, secret = _make_key(store)
    now = clock.now()
    hold = Hold(new_id(now), "determination", numbered(2).id, "matter 12", "account:1", now)
    place_hold(store, hold, OFFICE.did("hold.placed", hold.object_id, kind=hold.kind))
    void = Void(new_id(now), numbered(3).id, "Kept under another person", now, "account:1")
    keep_void(
        store, void, OFFICE.did("determination.voided", void.determination, kind="determination")
    )
    applicant = Applicant(new_id(now), "person-1", "office-1", PERSON, now, "account:1", now)
    Applicants(store, RING).keep(
        applicant, OFFICE.did("applicant.created", "person-1", kind="applicant")
    )
    draft = _begin_draft(store, account)
    _let_a_program_act(store, account)
    with store.writing() as connection:
        text = keep_text(connection, RING, "note", applicant.id, WRITTEN, now)
        keep_grant(connection, Grant(account, "account.enabled", {"disabled": False}, "a half"))
    waiver = enter_waiver_request(store, now)
    write_notes(store, account, now)
    verification = _begin_verification(store)
    approval = Approvals(store, {RENAMING.name: RENAMING}).propose(
        proposal("office-3"), SUPERVISOR, OFFICE
    )
    letter = _make_letter(store)
    list(seal_everything(store, clock.now(), checkpoints))
    store.keep(kept(made_at(6, clock.now())))
    never = (
        ADDRESS,
        NAME,
        PERSON.name,
        "Canary Row",
        "Cormorant",
        ANSWERED,
        WRITTEN,
        secret,
        *_hashes(store),
    )
    return Everything(
        approval=approval.id,
        account=account,
        organization="office-3",
        session=session,
        factor=factor,
        credential=credential,
        label=label,
        hold=hold.id,
        applicant=applicant.id,
        subject="person-1",
        draft=draft,
        void=void.id,
        text=text.id,
        waiver=waiver,
        verification=verification,
        letter=letter,
        never_told=never,
    )


def use_everything(store: Store, kept: Everything) -> None:
    """Change every row that may change, as the service does."""
    people, credentials = people_of(store), _credentials(store)
    know(store, "office-4")
    approvals = Approvals(store, {RENAMING.name: RENAMING})
    [waiting] = approvals.waiting(SUPERVISOR)
    approvals.approve(waiting, replace(SUPERVISOR, actor="command:second"), OFFICE)
    register = OrganizationRegister(store)
    office = register.organizations.find(kept.organization)
    assert office is not None
    register.close(office, None, OFFICE)
    account = people.accounts.find(kept.account)
    assert account is not None
    people.sign_in_proven(account, Browser(ADDRESS, "Testing 1.0"), OFFICE)
    Roster(people.accounts, people.passwords).change(account, {"organization": "office-4"}, OFFICE)
    factors = SecondFactors(store, lambda: RING)
    factor = factors.of(kept.account).find(kept.factor)
    assert factor is not None
    factors.rename(factor, "Tablet", OFFICE)
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
    desk = WaiverRequests(store)
    waiver = desk.find(kept.waiver, DeskReach(everything=True))
    assert waiver is not None
    claimed = replace(waiver, state="under_review", claimed_by="account:2", version=2)
    step = WaiverStep(
        new_id(clock.now()), waiver.id, 2, "claim", "under_review", clock.now(), "account:2", None
    )
    desk.append(claimed, step, OFFICE.did("waiver.claimed", waiver.id, kind="waiver"))
    drafts = Drafts(store)
    [draft] = drafts.of(kept.account, clock.now())
    assert drafts.save(replace(draft, left_open=("event.kind",)), clock.now()) is not None
    [verification], _ = last_verifications(store, 1)
    note(store, replace(verification, records=4, seen_at=clock.now(), proof=Proof()))
    letter = find_letter(store, kept.letter)
    assert letter is not None
    sent = OFFICE.did("letter.came_back", letter.id, kind="letter")
    change_letter(store, letter, sent, came_back_on=date(2026, 11, 26))
    rotate(store, KeyRing({"k2": b"3" * 32, "k1": b"1" * 32}, b"2" * 32))


def _keep_old_ones(
    store: Store, checkpoints: Path | None, records: Sequence[DeterminationRecord]
) -> None:
    for record in records:
        store.keep(kept(record))
        list(seal_everything(store, record.decided_at, checkpoints))


def _sign_in(store: Store) -> tuple[str, str]:
    """An account that somebody has signed in to, after one attempt that failed."""
    people = people_of(store)
    office = NewOrganization("office-3", "An office", "office", "1 Main Street", "617 555 0100")
    OrganizationRegister(store).create(office, OFFICE)
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


def _add_second_factor(store: Store, account: str) -> str:
    id = new_id(clock.now())
    secret = RING.encrypt("JBSWY3DPEHPK3PXP", secret_place(id))
    new = Factor(id, account, "app", "Telephone", secret, clock.now(), 59_000_000, "5" * 64)
    SecondFactors(store, lambda: RING).add([new], OFFICE)
    return id


def _begin_draft(store: Store, account: str) -> str:
    now = clock.now()
    facts = {"enrollment.requested_on": ANSWERED, "applicant.resident": True}
    draft = Draft(
        id=new_id(now),
        account_id=account,
        question="enrollment.permitted",
        edition="chapter-288",
        as_of=date(2011, 2, 16),
        subject="person-1",
        facts=facts,
        left_open=("event.kind", "event.on"),
        version=1,
        created_at=now,
        changed_at=now,
    )
    Drafts(store).begin(draft)
    return draft.id


def write_notes(store: Store, account: str, now: datetime) -> str:
    """A note, feedback and a reminder; the id of the note."""
    id = new_id(now)
    note = Note(id, "objection", "determination", numbered(1).id, now, "account:1", "office-1")
    note = replace(note, said_on=now.date(), look_again_on=now.date(), words=WRITTEN)
    Notes(store, RING).add(note, OFFICE.did("objection.entered", numbered(1).id, kind="note"))
    sent = Feedback(new_id(now), now, "/ask", None, "en", "anybody", "new", now, words=WRITTEN)
    FeedbackBox(store, RING).add(sent, OFFICE.did("feedback.sent", sent.id, kind="feedback"))
    Reminders(store).add(
        Reminder(new_id(now), f"account:{account}", numbered(1).id, now.date(), now)
    )
    return id


def enter_waiver_request(store: Store, now: datetime) -> str:
    id = new_id(now)
    request = WaiverRequest(
        id=id,
        subject="person-1",
        organization="office-1",
        carrier="carrier-1",
        denial=numbered(1).id,
        denial_subject="person-1",
        denial_organization="carrier-1",
        state="received",
        version=1,
        entered_by="account:1",
        received_on=date(2011, 2, 16),
        changed_at=now,
    )
    step = WaiverStep(
        new_id(now), id, 1, "receive", "received", now, "account:1", "office-1", {"by": "mail"}
    )
    WaiverRequests(store).open(request, step, OFFICE.did("waiver.receive", id, kind="waiver"))
    with store.writing() as connection:
        _, store_it = sealable_paper(RING, id, "application/pdf", b"%PDF-1.7 a letter", now)
        store_it(connection)
    return id


def _begin_verification(store: Store) -> str:
    now = clock.now()
    new = Verification(new_id(now), now, "account:1", now, expected=12)
    begin(store, new, OFFICE.did("verification.started", new.id, kind="verification"))
    note(store, new.ended(now, verify(store)))
    return new.id


def _make_letter(store: Store) -> str:
    """Two letters: one to send, and one that came back."""
    now = clock.now()
    content = '{"sections": []}'
    letter = KeptLetter(
        id=new_id(now),
        kind="determination",
        object_id=numbered(2).id,
        question="enrollment.permitted",
        subject="person-1",
        organization="office-1",
        template=1,
        language="es",
        large_print=True,
        content=content,
        content_digest=content_digest(content),
        made_by="account:1",
        made_at=now,
        sent_on=date(2026, 11, 20),
        came_back_on=date(2026, 11, 25),
    )
    later = new_id(now + timedelta(seconds=1))
    for each in (letter, replace(letter, id=later, sent_on=None, came_back_on=None)):
        keep_letter(store, each, OFFICE.did("letter.made", each.id, kind="letter"))
    return letter.id


def people_of(store: Store) -> People:
    return People(
        store, Passwords(lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    )


def _credentials(store: Store) -> Credentials:
    return Credentials(CredentialStore(store), read_roles(None))


def _let_a_program_act(store: Store, account: str) -> None:
    """A program with a consent, its code used for a refresh token."""
    programs, person = (
        Programs(ProgramStore(store), read_roles(None)),
        Accounts(store).find(account),
    )
    assert person is not None
    program = programs.create("desk helper", ("http://127.0.0.1/signed-in",), OFFICE)
    asked = Asked(program, ("law.decide",), program.redirect_uris[0], "c" * 43)
    used = programs.use(programs.allow(asked, person, OFFICE), "code", OFFICE)
    assert used is not None and programs.refreshing(used[0], OFFICE)


def _make_key(store: Store) -> tuple[str, str, str]:
    told = _credentials(store).create(Wanted(KEY, "night batch", "auditor"), OFFICE)
    return told.credential.id, told.credential.secrets[0].label, told.secret


def _hashes(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(account_sessions.c.token_hash)).scalars())
