"""Short numbers: one for each determination, right to the last digit, gone with its record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.errors import RecordRefused
from app.records.migrate import downgrade, upgrade
from app.records.numbers import numbers as module
from app.records.numbers.check_digit import check_digit, is_whole
from app.records.numbers.numbers import (
    DIGITS,
    NotANumber,
    Numbered,
    derived,
    find_number,
    give_numbers,
    in_groups,
    numbers_of,
    read_number,
    remove_numbers,
)
from app.records.store import Store
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.records.conftest import kept, numbered

KIND = "determination"
some_digits = st.text("0123456789", min_size=1, max_size=15)


@given(some_digits, st.data())
def test_a_single_wrong_digit_is_noticed(digits: str, data: st.DataObject) -> None:
    whole = digits + check_digit(digits)
    at = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != whole[at]]))

    assert is_whole(whole)
    assert not is_whole(whole[:at] + wrong + whole[at + 1 :])


@given(some_digits, st.data())
def test_two_neighbors_that_changed_places_are_noticed(digits: str, data: st.DataObject) -> None:
    whole = digits + check_digit(digits)
    at = data.draw(st.integers(0, len(whole) - 2))
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]

    assert is_whole(swapped) == (swapped == whole)


def test_the_check_digit_is_that_of_the_published_example() -> None:
    assert "4" == check_digit("572")


@given(st.text(), st.integers(0, 30))
def test_every_number_that_is_tried_can_be_read(id: str, attempt: int) -> None:
    id = id.encode(errors="ignore").decode()
    number = derived(KIND, id, attempt)

    assert DIGITS == len(number)
    assert number == read_number(in_groups(number)) == read_number(f" {number[:5]}-{number[5:]} ")


@pytest.mark.parametrize("text", ["", "123", "4821 0937 551x", "१" * 12, "1" * 13, "4821/09375514"])
def test_what_is_no_number_is_told_how_one_looks(text: str) -> None:
    with pytest.raises(NotANumber, match="twelve digits"):
        read_number(text)


def test_each_determination_gets_one_that_finds_it(store: Store) -> None:
    number = store.keep(kept(numbered(1)))
    others = store.keep_many([kept(numbered(n)) for n in range(2, 30)])

    assert 29 == len({number, *others.values()})
    for id, given_to in {numbered(1).id: number, **others}.items():
        assert Numbered(KIND, id) == find_number(store, given_to)
    assert {**others, numbered(1).id: number} == numbers_of(
        store, KIND, [numbered(n).id for n in range(50)]
    )
    assert find_number(store, derived(KIND, "another", 0)) is None
    assert () == verify(store).complaints


def test_of_two_with_the_same_number_the_second_gets_its_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [f"{n}{check_digit(str(n))}".zfill(DIGITS) for n in range(3)]
    monkeypatch.setattr(module, "derived", lambda kind, id, attempt: few[min(attempt, 2)])

    given_to = store.keep_many([kept(numbered(n)) for n in range(1, 4)])

    assert sorted(few) == sorted(given_to.values())
    with pytest.raises(RecordRefused):
        store.keep(kept(numbered(4)))
    with store.reading() as connection:
        assert not store.has(numbered(4).id)
        assert connection


def test_many_at_once_get_different_ones(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of numbers so few that most meet another one first."""

    def tried(kind: str, id: str, attempt: int) -> str:
        digits = f"{int(id[-4:]) // 4 + attempt * 7:03}"
        return (digits + check_digit(digits)).zfill(DIGITS)

    monkeypatch.setattr(module, "derived", tried)
    with ThreadPoolExecutor(8) as pool:
        given_to = list(pool.map(lambda n: store.keep(kept(numbered(n))), range(1, 41)))

    assert 40 == len(set(given_to))


def test_kinds_do_not_meet(store: Store) -> None:
    with store.writing() as connection:
        first = give_numbers(connection, "determination", ["x"])
        second = give_numbers(connection, "letter", ["x"])
        assert first != second
        remove_numbers(connection, "letter", ["x"])
    assert find_number(store, first["x"]) == Numbered("determination", "x")
    assert find_number(store, second["x"]) is None


def test_the_migration_numbers_what_is_there(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_to = store.keep_many(
        [kept(numbered(n, decided_at=datetime(2026, 1, 2, tzinfo=UTC))) for n in range(1, 25)]
    )
    downgrade(settings, "0016")

    upgrade(settings)

    assert given_to == numbers_of(store, KIND, list(given_to))


def test_a_number_that_was_removed_is_missed(store: Store) -> None:
    store.keep_many([kept(numbered(1)), kept(numbered(2))])
    with store.writing() as connection:
        remove_numbers(connection, KIND, [numbered(2).id])

    assert [f"determination {numbered(2).id}: has lost its short number"] == [
        str(each) for each in verify(store).complaints
    ]
