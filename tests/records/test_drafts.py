"""Drafts: each its owner's alone, never overwritten unseen, gone a day after the last change."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy import update as updating

from app.access.origin import Origin
from app.records.changing import DIGEST, digest_of
from app.records.errors import RecordDamaged, RecordsUnavailable
from app.records.identity import new_id
from app.records.ledger.retention import read_periods
from app.records.people.account_tables import drafts as table
from app.records.people.accounts import Account, Accounts
from app.records.people.drafts import AT_MOST, Draft, Drafts, end_drafts
from app.records.store import Store
from app.records.verifying.verification import verify

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY, MINUTE, INSTANT = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
OFFICE = Origin("command:tests")
FACTS = {
    "enrollment.requested_on": "2011-02-16",
    "applicant.resident": True,
    "group.size": 4,
    "rate.monthly": "312.50",
    "event.kind": None,
    "events": [{"kind": "marriage", "on": "2011-01-08"}],
}


def account(store: Store, name: str) -> Account:
    made = Account(new_id(NOW), name, "auditor", NOW, NOW, NOW)
    Accounts(store).create(made, OFFICE.did("account.created", made.id))
    return made


@pytest.fixture
def alma(store: Store) -> Account:
    return account(store, "alma")


@pytest.fixture
def bertil(store: Store) -> Account:
    return account(store, "bertil")


@pytest.fixture
def drafts(store: Store) -> Drafts:
    return Drafts(store)


def draft_of(owner: Account, at: datetime = NOW, **changes: object) -> Draft:
    draft = Draft(
        id=new_id(at),
        account_id=owner.id,
        question="enrollment.permitted",
        edition="chapter-288",
        as_of=date(2011, 2, 16),
        subject="case:1",
        facts=FACTS,
        left_open=("waiver.approved_on", "event.on"),
        version=1,
        created_at=at,
        changed_at=at,
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def begun(drafts: Drafts, owner: Account, at: datetime = NOW, **changes: object) -> Draft:
    draft = draft_of(owner, at, **changes)
    drafts.begin(draft)
    return draft


def count(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_draft_is_found_as_it_was_kept(drafts: Drafts, alma: Account) -> None:
    whole = begun(drafts, alma)
    bare = begun(drafts, alma, as_of=None, subject=None, facts={}, left_open=())

    assert whole == drafts.find(whole.id, alma.id, NOW)
    assert bare == drafts.find(bare.id, alma.id, NOW)


def test_facts_are_kept_in_the_order_of_their_names(
    store: Store, drafts: Drafts, alma: Account
) -> None:
    begun(drafts, alma, facts={"b.two": 2, "a.one": "1.10"}, left_open=("z.last", "c.first"))

    with store.reading() as connection:
        row = connection.execute(select(table.c.facts, table.c.left_open)).one()

    assert ('{"a.one":"1.10","b.two":2}', '["z.last","c.first"]') == tuple(row)


def test_what_never_was_is_not_found(drafts: Drafts, alma: Account) -> None:
    begun(drafts, alma)

    assert [None, None] == [drafts.find(id, alma.id, NOW) for id in (new_id(NOW), "../etc")]


def test_a_draft_of_an_unknown_account_is_refused(
    store: Store, drafts: Drafts, alma: Account
) -> None:
    with pytest.raises(RecordsUnavailable):
        begun(drafts, replace(alma, id=new_id(NOW)))

    assert 0 == count(store)


def test_nobody_finds_changes_or_ends_the_draft_of_another(
    drafts: Drafts, alma: Account, bertil: Account
) -> None:
    draft = begun(drafts, alma)

    assert drafts.find(draft.id, bertil.id, NOW) is None
    assert [] == drafts.of(bertil.id, NOW)
    assert drafts.save(replace(draft, account_id=bertil.id, facts={}), NOW) is None
    drafts.end(draft.id, bertil.id)

    assert draft == drafts.find(draft.id, alma.id, NOW)


def test_saving_counts_the_version_and_keeps_the_day_it_was_begun(
    drafts: Drafts, alma: Account
) -> None:
    draft = begun(drafts, alma)
    wanted = replace(draft, facts={"group.size": 5}, left_open=(), edition="current", as_of=None)

    saved = drafts.save(replace(wanted, created_at=NOW + DAY), NOW + MINUTE)

    assert replace(wanted, version=2, changed_at=NOW + MINUTE) == saved
    assert saved == drafts.find(draft.id, alma.id, NOW + MINUTE)


def test_a_second_tab_overwrites_nothing_of_the_first(drafts: Drafts, alma: Account) -> None:
    draft = begun(drafts, alma)
    first = drafts.save(replace(draft, facts={"group.size": 5}), NOW + MINUTE)

    assert drafts.save(replace(draft, facts={"group.size": 6}), NOW + 2 * MINUTE) is None

    assert first is not None
    assert first == drafts.find(draft.id, alma.id, NOW + 2 * MINUTE)
    again = drafts.save(replace(first, facts={"group.size": 6}), NOW + 3 * MINUTE)
    assert again is not None
    assert 3 == again.version


def test_of_two_tabs_at_once_one_saves(store: Store, alma: Account) -> None:
    draft = begun(Drafts(store), alma)
    tabs = [replace(draft, facts={"tab": number}) for number in range(4)]

    with ThreadPoolExecutor(len(tabs)) as pool:
        saved = list(pool.map(lambda tab: Drafts(store).save(tab, NOW + MINUTE), tabs))

    [kept] = [each for each in saved if each is not None]
    assert kept == Drafts(store).find(draft.id, alma.id, NOW + MINUTE)


def test_the_newest_change_comes_first(drafts: Drafts, alma: Account) -> None:
    old, middle, new = (begun(drafts, alma, NOW + n * MINUTE) for n in range(3))
    changed = drafts.save(old, NOW + 5 * MINUTE)

    assert [changed, new, middle] == drafts.of(alma.id, NOW + 5 * MINUTE)


def test_an_ended_draft_is_gone(store: Store, drafts: Drafts, alma: Account) -> None:
    draft, other = begun(drafts, alma), begun(drafts, alma)

    for id in (draft.id, draft.id, "../etc"):
        drafts.end(id, alma.id)

    assert drafts.find(draft.id, alma.id, NOW) is None
    assert drafts.save(draft, NOW) is None
    assert [other] == drafts.of(alma.id, NOW)
    assert 1 == count(store)


def test_a_draft_ends_a_day_after_the_last_change(drafts: Drafts, alma: Account) -> None:
    draft = begun(drafts, alma)
    last = NOW + DAY - INSTANT

    assert draft == drafts.find(draft.id, alma.id, last)
    assert drafts.find(draft.id, alma.id, NOW + DAY) is None
    assert [] == drafts.of(alma.id, NOW + DAY)
    assert drafts.save(draft, NOW + DAY) is None

    changed = drafts.save(draft, last)
    assert changed is not None
    assert changed == drafts.find(draft.id, alma.id, last + DAY - INSTANT)
    assert drafts.find(draft.id, alma.id, last + DAY) is None


def test_an_office_may_choose_how_long_drafts_last(store: Store, alma: Account) -> None:
    lasting = Drafts(store, read_periods()["idempotency"])
    draft = begun(lasting, alma)

    assert draft == lasting.find(draft.id, alma.id, NOW + 7 * DAY - INSTANT)
    assert lasting.find(draft.id, alma.id, NOW + 7 * DAY) is None


def test_beginning_one_deletes_what_has_ended_whosever_it_was(
    store: Store, drafts: Drafts, alma: Account, bertil: Account
) -> None:
    begun(drafts, alma)
    young = begun(drafts, alma, NOW + MINUTE)

    new = begun(drafts, bertil, NOW + DAY)

    assert 2 == count(store)
    assert [[young], [new]] == [drafts.of(who.id, NOW + DAY) for who in (alma, bertil)]


def test_one_more_than_fifty_ends_the_one_left_alone_for_longest(
    store: Store, drafts: Drafts, alma: Account, bertil: Account
) -> None:
    others = begun(drafts, bertil, NOW)
    first, second, *rest = [begun(drafts, alma, NOW + n * MINUTE) for n in range(AT_MOST)]
    later = NOW + AT_MOST * MINUTE
    changed = drafts.save(first, later)

    new = begun(drafts, alma, later + MINUTE)

    assert 50 == AT_MOST == len(drafts.of(alma.id, later))
    assert [new, changed, *reversed(rest)] == drafts.of(alma.id, later)
    assert drafts.find(second.id, alma.id, later) is None
    assert [others] == drafts.of(bertil.id, later)


def test_drafts_end_with_their_account(
    store: Store, drafts: Drafts, alma: Account, bertil: Account
) -> None:
    begun(drafts, alma)
    kept = begun(drafts, bertil)
    disabled = {"disabled_at": NOW, "disabled_because": "administrator"}

    Accounts(store).change(alma.id, disabled, OFFICE.did("account.disabled", alma.id), ends=True)

    assert [[], [kept]] == [drafts.of(who.id, NOW) for who in (alma, bertil)]
    Accounts(store).retire(bertil, NOW, OFFICE.did("account.disabled", bertil.id))
    assert 0 == count(store)


def test_a_new_password_ends_no_drafts(store: Store, drafts: Drafts, alma: Account) -> None:
    draft = begun(drafts, alma)

    Accounts(store).change(
        alma.id, {"must_change": True}, OFFICE.did("account.password_reset", alma.id), ends=True
    )

    assert [draft] == drafts.of(alma.id, NOW)


def test_ended_drafts_are_counted_and_deleted(store: Store, drafts: Drafts, alma: Account) -> None:
    begun(drafts, alma)
    young = begun(drafts, alma, NOW + MINUTE)

    assert 1 == end_drafts(store, NOW, dry_run=True)
    assert 2 == count(store)
    assert 1 == end_drafts(store, NOW)
    assert 0 == end_drafts(store, NOW)
    assert [young] == drafts.of(alma.id, NOW + MINUTE)


@pytest.mark.parametrize(
    "change", ["question = 'waiver.granted'", "facts = '{'", "left_open = '[]'", "version = 7"]
)
def test_a_draft_changed_by_hand_is_named_and_not_used(
    store: Store, drafts: Drafts, alma: Account, database: Engine, change: str
) -> None:
    draft, other = begun(drafts, alma, subject="case:2"), begun(drafts, alma)
    with database.begin() as connection:
        connection.execute(text(f"UPDATE drafts SET {change} WHERE subject = 'case:2'"))

    named = [str(each) for each in verify(store).complaints]
    assert [f"draft {draft.id}: was changed after it was stored"] == named
    for use in (lambda: drafts.find(draft.id, alma.id, NOW), lambda: drafts.save(draft, NOW)):
        with pytest.raises(RecordDamaged) as damaged:
            use()
        assert ("draft", draft.id) == (damaged.value.kind, damaged.value.id)
    assert [other] == drafts.of(alma.id, NOW)
    drafts.end(draft.id, alma.id)
    assert () == verify(store).complaints


@pytest.mark.parametrize(
    "change", [{"facts": "{"}, {"facts": "[]"}, {"left_open": "{}"}, {"left_open": "'"}]
)
def test_facts_that_are_none_are_refused_even_with_a_digest_made_for_them(
    store: Store, drafts: Drafts, alma: Account, change: dict[str, str]
) -> None:
    draft = begun(drafts, alma)
    with store.writing() as connection:
        row = {**connection.execute(select(table)).mappings().one(), **change}
        connection.execute(updating(table).values({**change, DIGEST: digest_of(table, row)}))

    with pytest.raises(RecordDamaged):
        drafts.find(draft.id, alma.id, NOW)
    assert [] == drafts.of(alma.id, NOW)
