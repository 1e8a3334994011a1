"""Names of many scripts, folded: ways of writing one name are the same, and two names are not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.applicants.folding import folded

NAMES = st.one_of(
    st.text(max_size=40),
    st.text(
        st.characters(categories=["Lu", "Ll", "Lt", "Lo", "Lm", "Mn", "Mc", "Pd"]), max_size=30
    ),
)
SAME = [
    ("Zébulon O’Brien", "ZEBULON OBRIEN"),
    ("O'Neil", "O`Neil"),
    ("OʻNeil", "O´Neil"),
    ("Mary-Ann  Smith", "Mary Ann Smith"),
    ("Jean‐Luc", "jeanluc"),
    ("İbrahim Işık", "ibrahim isik"),
    ("IŞIK", "ışık"),
    ("Nguyễn Văn Đức", "nguyen van duc"),
    ("Łukasz Żółć", "Lukasz Zolc"),
    ("Straße", "STRASSE"),
    ("Søren Æbelø", "soren aebelo"),
    ("Ιωάννης", "ΙΩΑΝΝΗΣ"),
    ("Семён", "Семен"),
    ("مُحَمَّد", "محمد"),
    ("Ｍａｒｉａ", "maria"),
    ("ｶﾞ", "ガ"),
]
DIFFERENT = [
    ("कि", "कु"),
    ("ガ", "カ"),
    ("й", "и"),
    ("王小明", "王大明"),
    ("ก้า", "กา"),
    ("Anna", "Ana"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_ways_of_writing_one_name_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_names_are_not_the_same(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(NAMES)
def test_a_folded_name_is_folded_already(name: str) -> None:
    assert folded(name) == folded(folded(name))


@given(NAMES, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_form_of_the_characters_does_not_matter(name: str, form: str) -> None:
    assert folded(name) == folded(unicodedata.normalize(form, name))


@given(NAMES, st.sampled_from(list(" -'’ʼ‘`.\u00a0\u200d")), st.data())
def test_what_stands_between_letters_does_not_matter(
    name: str, between: str, data: st.DataObject
) -> None:
    letters = [letter for letter in name if not unicodedata.combining(letter)]
    at = data.draw(st.integers(0, len(letters)))

    assert folded("".join(letters)) == folded("".join([*letters[:at], between, *letters[at:]]))


@given(st.text("abcdefghijklmnopqrstuvwxyzåäöéèñçİıŁß", min_size=1, max_size=30))
def test_case_does_not_matter(name: str) -> None:
    assert folded(name) == folded(name.upper()) == folded(name.lower()) == folded(name.title())


@given(NAMES)
def test_every_letter_and_digit_counts(name: str) -> None:
    assert bool(folded(name)) or not any(letter.isalnum() for letter in name.casefold())
