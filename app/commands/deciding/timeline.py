"""A year in one row: twelve months of six marks, each about five days, with a legend."""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from app.law.spans import Span

CELLS = 6
"""Marks a month: days 1–5, 6–10, 11–15, 16–20, 21–25 and the rest."""
_CELL_DAYS = 5
EACH_MARK = (
    "Each mark is about five days. If these differ, it shows the kind that is first in the list "
    "above."
)


Bar = tuple[Span, str]
"""Consecutive days of one kind."""


def cells_of(year: int) -> Iterator[Span]:
    """The days of each mark of a year, in order."""
    for month in range(1, 13):
        last = calendar.monthrange(year, month)[1]
        for cell in range(CELLS):
            end = last if cell == CELLS - 1 else (cell + 1) * _CELL_DAYS
            yield Span(date(year, month, cell * _CELL_DAYS + 1), date(year, month, end))


def kinds_in(cell: Span, bars: Sequence[Bar], kinds: Mapping[str, str], otherwise: str) -> str:
    """The kind that a mark shows: the first of *kinds* that any of its days has."""
    found = {kind for span, kind in bars if span.meets(cell)}
    return next((kind for kind in kinds if kind in found), otherwise)


def draw(year: int, bars: Sequence[Bar], kinds: Mapping[str, str], otherwise: str) -> list[str]:
    """The row of months, the row of marks and the legend; *kinds* maps each kind to its mark, the
    one that goes first first.
    """
    shown = [kinds_in(cell, bars, kinds, otherwise) for cell in cells_of(year)]
    months = "".join(f"{calendar.month_abbr[month]:<{CELLS}}" for month in range(1, 13)).rstrip()
    legend = "   ".join(f"{kinds[kind]} {kind}" for kind in kinds if kind in shown)
    return [months, "".join(kinds[kind] for kind in shown).rstrip(), legend]
