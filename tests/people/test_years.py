"""A year drawn: the numbers of its days can be told apart."""

import itertools
from datetime import date

import pytest

from app.console.year import APART, LEFT, RIGHT, WIDTH, numbered


@pytest.mark.parametrize(
    "days",
    [
        (date(2012, 1, 1), date(2012, 1, 2), date(2012, 1, 3)),
        (date(2012, 9, 15), date(2012, 9, 16), date(2012, 9, 17)),
        (date(2012, 7, 5), date(2012, 12, 30), date(2012, 12, 31)),
    ],
)
def test_the_numbers_of_days_stand_apart_and_within_the_picture(days: tuple[date, ...]) -> None:
    marks = numbered({day: f"{day}" for day in reversed(days)})

    assert [f"{day}" for day in days] == [mark.words for mark in marks]
    labels = [mark.label_at for mark in marks]
    assert all(APART <= after - before for before, after in itertools.pairwise(labels))
    assert LEFT <= labels[0] and labels[-1] <= WIDTH - RIGHT
    assert all(abs(mark.at - mark.label_at) <= 2 * APART for mark in marks)


def test_a_number_alone_stands_under_its_day() -> None:
    [mark] = numbered({date(2012, 5, 3): "The day asked about."})

    assert mark.at == mark.label_at
