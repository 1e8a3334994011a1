"""What people write is encrypted, bound to its seal, and can be forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app import clock
from app.records.applicants.encryption import Unreadable
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.store import Store
from app.records.texts.personal_texts import (
    KeptText,
    delete_texts,
    keep_text,
    read_texts,
    text_commitment,
)
from tests.records.everything import RING

WORDS = "my son was ill, and the letter came too late"


def keep(store: Store, words: str = WORDS, about: str | None = None) -> tuple[KeptText, str]:
    now = clock.now()
    about = about or new_id(now)
    with store.writing() as connection:
        return keep_text(connection, RING, "waiver", about, words, now), about


def column(store: Store, name: str, id: str) -> str:
    with store.reading() as connection:
        chosen = text(f"SELECT {name} FROM personal_texts WHERE kind = 'waiver'")
        return str(connection.execute(chosen).scalars().all()[-1])


def test_a_text_is_read_again_and_stands_nowhere_in_the_database(store: Store) -> None:
    kept, about = keep(store)
    with store.reading() as connection:
        read = read_texts(connection, RING, [kept.id])[kept.id]

    assert (WORDS, about, "waiver") == (read.text, read.about, read.kind)
    assert kept.commitment == read.commitment
    assert WORDS not in column(store, "text", kept.id)
    assert WORDS not in repr(read)


def test_the_same_words_twice_look_alike_nowhere(store: Store) -> None:
    first, about = keep(store)
    second, _ = keep(store, about=about)

    assert first.commitment != second.commitment


def test_what_is_forgotten_is_missing_and_what_belongs_elsewhere_stays(store: Store) -> None:
    gone, about = keep(store)
    other, _ = keep(store)
    with store.writing() as connection:
        assert 1 == delete_texts(connection, "waiver", [about])

    with store.reading() as connection:
        assert [other.id] == list(read_texts(connection, RING, [gone.id, other.id]))


def test_a_text_changed_in_the_database_is_damaged(store: Store) -> None:
    kept, _ = keep(store)
    with store.writing() as connection:
        connection.execute(text("UPDATE personal_texts SET kind = 'note'"))
    with store.reading() as connection, pytest.raises(RecordDamaged):
        read_texts(connection, RING, [kept.id])


def test_a_text_moved_to_another_record_cannot_be_read(store: Store) -> None:
    first, _ = keep(store)
    second, _ = keep(store, "other words")
    with store.writing() as connection:
        moved = "UPDATE personal_texts SET text = (SELECT max(text) FROM personal_texts)"
        connection.execute(text(moved))
    with store.reading() as connection, pytest.raises((RecordDamaged, Unreadable)):
        read_texts(connection, RING, [first.id, second.id])


@given(st.text(), st.text(), st.text(alphabet="0123456789abcdef", min_size=32, max_size=32))
def test_a_commitment_stands_for_one_text(first: str, second: str, salt: str) -> None:
    same = text_commitment(salt, first) == text_commitment(salt, second)

    assert same == (first == second)
