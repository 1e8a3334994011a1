"""Who is a second person, beside an independent search of who made whom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.access.origin import Origin
from app.records.approvals.second_person import (
    OPENS,
    NotASecondPerson,
    require_another,
    require_independent,
    require_second_person,
)
from app.records.database import open_database
from app.records.store import Store, enter
from tests.records.conftest import numbered

PEOPLE = 6
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def actor(number: int) -> str:
    return f"account:{numbered(number).id}"


@pytest.fixture(scope="module")
def connection(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    """A transaction that is never stored, on an empty database."""
    file = tmp_path_factory.mktemp("second") / "records.sqlite"
    file.write_bytes(migrated_sqlite.read_bytes())
    store = Store(open_database(f"sqlite:///{file}"))
    with store.engine.connect() as opened:
        yield opened
        opened.rollback()
    store.close()


Deed = tuple[int, int, str]
deeds = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1), st.sampled_from(OPENS)),
    max_size=10,
)


def reaches(made: list[Deed], proposer: int, approver: int) -> bool:
    """Whether deeds lead from the proposer to the approver."""
    found = {proposer}
    for _ in range(PEOPLE):
        found |= {to for by, to, _ in made if by in found and to != by}
    return approver in found


@settings(max_examples=150)
@given(deeds, st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1))
def test_a_second_person_is_one_whom_the_proposer_neither_made_nor_changed(
    connection: Connection, made: list[Deed], proposer: int, approver: int
) -> None:
    before = connection.begin_nested()
    for number in range(PEOPLE):
        enter(connection, Origin("command:x").did("account.created", numbered(number).id))
    for by, to, action in made:
        enter(connection, Origin(actor(by)).did(action, numbered(to).id))
    try:
        require_second_person(connection, actor(proposer), actor(approver))
        may = True
    except NotASecondPerson:
        may = False
    before.rollback()

    assert may == (not reaches(made, proposer, approver))
    assert may or proposer == approver or any(by == proposer for by, _, _ in made)


@settings(max_examples=100)
@given(deeds, st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1))
def test_for_what_gives_reach_nobody_gets_into_both_accounts(
    connection: Connection, made: list[Deed], proposer: int, approver: int
) -> None:
    before = connection.begin_nested()
    for number in range(PEOPLE):
        enter(connection, Origin("command:x").did("account.created", numbered(number).id))
    for by, to, action in made:
        enter(connection, Origin(actor(by)).did(action, numbered(to).id))
    try:
        require_independent(connection, actor(proposer), actor(approver))
        may = True
    except NotASecondPerson:
        may = False
    before.rollback()

    both = [
        one
        for one in range(PEOPLE)
        if reaches(made, one, proposer) and reaches(made, one, approver)
    ]
    assert may == (not both)


def test_an_account_of_which_nobody_knows_who_made_it_is_none(connection: Connection) -> None:
    with pytest.raises(NotASecondPerson, match="no longer knows"):
        require_second_person(connection, actor(1), actor(2))


def test_only_the_proposer_withdraws() -> None:
    require_another("account:1", "account:1", withdraws=True)
    with pytest.raises(NotASecondPerson):
        require_another("account:1", "account:2", withdraws=True)
    with pytest.raises(NotASecondPerson):
        require_another("account:1", "account:1", withdraws=False)
