"""What is encrypted is read in its own place under its own key, and in no other way."""

import base64
import unicodedata
from secrets import token_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data_keys import KeysUnreadable, new_key, open_to_guessing, read_data_keys, read_index_key
from app.records.applicants.encryption import KeyRing, Place, Unreadable, normalized

OLD, NEW, INDEX = (token_bytes(32) for _ in range(3))
RING = KeyRing({"new": NEW, "old": OLD}, INDEX)
BEFORE = KeyRing({"old": OLD}, INDEX)
PLACE = Place("applicants", "01925b1e-7e3f-7000-8000-000000000001", "name")
TEXTS = st.text(max_size=80)


@given(TEXTS)
def test_what_is_encrypted_is_read_again_and_never_looks_the_same_twice(text: str) -> None:
    kept = RING.encrypt(text, PLACE)

    assert text == RING.decrypt(kept, PLACE)
    assert kept != RING.encrypt(text, PLACE)
    assert kept.isascii()


@given(TEXTS, st.data())
def test_any_changed_character_is_noticed(text: str, data: st.DataObject) -> None:
    kept = RING.encrypt(text, PLACE)
    at = data.draw(st.integers(0, len(kept) - 1))
    other = data.draw(
        st.characters(min_codepoint=33, max_codepoint=0x17F).filter(
            lambda letter: letter != kept[at]
        )
    )

    with pytest.raises(Unreadable):
        RING.decrypt(kept[:at] + other + kept[at + 1 :], PLACE)


@given(TEXTS, st.integers(0, 7), st.data())
def test_any_changed_bit_is_noticed(text: str, bit: int, data: st.DataObject) -> None:
    layout, id, encoded = RING.encrypt(text, PLACE).split(".")
    sealed = bytearray(base64.urlsafe_b64decode(encoded))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << bit

    with pytest.raises(Unreadable):
        RING.decrypt(f"{layout}.{id}.{base64.urlsafe_b64encode(sealed).decode()}", PLACE)


@given(TEXTS, st.integers(0, 46))
def test_what_is_cut_short_is_noticed(text: str, left: int) -> None:
    with pytest.raises(Unreadable):
        RING.decrypt(RING.encrypt(text, PLACE)[:left], PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        PLACE._replace(table="accounts"),
        PLACE._replace(row="01925b1e-7e3f-7000-8000-000000000002"),
        PLACE._replace(column="born_on"),
    ],
)
def test_what_is_moved_to_another_table_row_or_column_cannot_be_read(elsewhere: Place) -> None:
    with pytest.raises(Unreadable, match=str(elsewhere)) as refused:
        RING.decrypt(RING.encrypt("Canary Name", PLACE), elsewhere)

    assert "Canary" not in str(refused.value)


def test_what_was_encrypted_before_is_read_under_the_older_key_and_no_other() -> None:
    kept = BEFORE.encrypt("Maria", PLACE)
    strange = KeyRing({"old": token_bytes(32)}, INDEX)

    assert "Maria" == RING.decrypt(kept, PLACE)
    assert [False, True] == [RING.is_current(kept), RING.is_current(RING.encrypt("Maria", PLACE))]
    for ring, because in (
        (strange, "the key differs"),
        (KeyRing({"new": NEW}, INDEX), "not in the data keys"),
    ):
        with pytest.raises(Unreadable, match=because):
            ring.decrypt(kept, PLACE)


def test_a_value_that_says_it_is_under_another_key_cannot_be_read() -> None:
    twice = KeyRing({"new": NEW, "old": NEW}, INDEX)

    with pytest.raises(Unreadable):
        twice.decrypt(twice.encrypt("Maria", PLACE).replace("v1.new.", "v1.old."), PLACE)


def test_the_index_depends_on_its_own_key_on_the_purpose_and_on_where_texts_end() -> None:
    found = RING.index("a", "b", "c")

    assert found == BEFORE.index("a", "b", "c")
    others = [
        KeyRing({"new": NEW}, OLD).index("a", "b", "c"),
        RING.index("b", "b", "c"),
        RING.index("a", "bc"),
        RING.index("a", "c", "b"),
    ]
    assert found not in others
    assert 64 == len(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria Gonçalves", "MARIA  GONÇALVES"),
        (unicodedata.normalize("NFD", "Gonçalves"), "gonçalves"),
        ("Straße", "STRASSE"),
        (" Ana\u00a0Lu ", "ana lu"),
        ("An\u200bna", "Anna"),
        ("Ｍａｒｉａ", "Maria"),
    ],
)
def test_names_that_are_written_alike_are_one_name(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Gonçalves", "Goncalves"), ("Ana Lu", "Analu"), ("O'Neil", "ONeil")]
)
def test_names_that_are_written_otherwise_are_two(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@given(TEXTS)
def test_what_is_normalized_stays_as_it_is(text: str) -> None:
    assert normalized(text) == normalized(normalized(text))


# --- the keys themselves ---


def test_keys_are_read_in_their_order_however_base64_is_written() -> None:
    key = base64.b64encode(b"\xfb\xff" * 16).decode()
    found = read_data_keys(f"2026a:{key}, 2025-b:{new_key()}\n2024:{new_key()}")

    assert ["2026a", "2025-b", "2024"] == list(found)
    assert (
        found["2026a"]
        == b"\xfb\xff" * 16
        == read_index_key(key.rstrip("=").replace("+", "-").replace("/", "_"))
    )


KEY, ANOTHER = (
    "3q2uFZJ0mB7xVtYc9LwKe5RhGdSaPiON1f8Uj4b6XyE",
    "Zt7vQ1nLk3Xb9WmDy5RsC0pHa2UfGe8JiV4xKoN6lYw",
)
"""Drawn at random, once, so that the names of tests stay the same."""


@pytest.mark.parametrize(
    "text",
    [
        "",
        KEY,
        f":{KEY}",
        f"a b:{KEY}",
        f"{'x' * 17}:{KEY}",
        f"a:{KEY[:-1]}",
        f"a:{KEY}x",
        f"a:{KEY},a:{ANOTHER}",
        f"a:{KEY},b:{KEY}",
        f"a:{KEY},",
        "a:" + "é" * 43,
    ],
)
def test_what_is_no_list_of_keys_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(KeysUnreadable) as refused:
        read_data_keys(text)

    assert KEY[:-1] not in str(refused.value)


SECRET = "d7Qw9Zr2Lm5Vx8Tb4Ny6Kp1Hs3Jf0Gc_AeRuIoYtOqX"
SAMPLE = base64.urlsafe_b64encode(b"change-me-change-me-change-me-32").decode()


@pytest.mark.parametrize(
    ("data_keys", "index_key", "because"),
    [
        (None, KEY, "ELIGIBILITY_DATA_KEYS (or"),
        (f"a:{KEY}", None, "ELIGIBILITY_INDEX_KEY (or"),
        ("a:short", KEY, "32 bytes"),
        (f"a:{SAMPLE}", KEY, "a sample"),
        (f"a:{KEY}", "A" * 43, "a sample"),
        (f"a:{KEY}", KEY, "two purposes"),
        (f"a:{KEY}", SECRET, "two purposes"),
    ],
)
def test_production_takes_no_keys_that_are_missing_typed_or_used_twice(
    data_keys: str | None, index_key: str | None, because: str
) -> None:
    told = list(open_to_guessing(data_keys, index_key, SECRET))

    assert [True] == [because in sentence for sentence in told], told
    assert KEY not in "".join(told)


def test_production_takes_keys_drawn_at_random() -> None:
    assert [] == list(open_to_guessing(f"a:{new_key()},b:{new_key()}", new_key(), SECRET))
