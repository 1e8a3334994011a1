"""Numbers as people read them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.words import number_in_words


@pytest.mark.parametrize(
    ("number", "edges", "words"),
    [
        (1500, (), "1,500"),
        (Decimal("1.0625"), (), "1.0625"),  # what was stated is repeated as it was stated
        (Fraction(75), (), "75"),
        (Fraction(125, 2), (), "62.5"),
        (Fraction(200, 3), (), "about 66.67"),
        (Fraction(7499999, 100000), (), "just under 75"),
        (Fraction(7500001, 100000), (), "just over 75"),
        (Fraction(65999, 100000), (), "about 0.66"),
        (Fraction(65999, 100000), (Decimal("0.66"),), "just under 0.66"),
        (Fraction(-1, 3), (), "about -0.33"),
    ],
)
def test_what_was_computed_has_two_decimals_at_most(
    number: int | Decimal | Fraction, edges: tuple[Decimal, ...], words: str
) -> None:
    assert words == number_in_words(number, edges)


@given(st.fractions(-1000, 1000), st.decimals(-1000, 1000, places=2))
def test_words_never_hide_on_which_side_of_an_edge_a_number_lies(
    number: Fraction, edge: Decimal
) -> None:
    words = number_in_words(number, [edge])
    shown = Decimal(words.split()[-1].replace(",", ""))

    if number != edge and shown == edge:
        assert words.startswith("just over" if number > edge else "just under")
    else:
        assert (number > edge) == (shown > edge)
    assert abs(shown - Decimal(number.numerator) / number.denominator) <= Decimal("0.005")
