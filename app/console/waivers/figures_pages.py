"""The figures of the desk: a picture of the months, the same as a table, and what is open."""

from dataclasses import dataclass

from flask import Response, render_template, request
from marshmallow import ValidationError

from app import clock
from app.api.http.asked.parsing import refuse
from app.api.waivers.figures import (
    FiguresQuery,
    WaiverFiguresAnswer,
    figures,
    figures_answer,
    table_response,
)
from app.console.guard import needs, pages

WIDTH, HEIGHT, LEFT, TOP, FOOT = 760, 220, 34, 10, 24
"""Of the picture, in its own units, and of its empty edges."""
NAMES_AT_MOST = 12
"""So many months have their names below them, the others only some."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How many requests came in, or ended, in a month."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class MonthsPicture:
    """The months from left to right, two bars for each."""

    bars: tuple[Bar, ...]
    names: tuple[tuple[float, str], ...]
    lines: tuple[tuple[float, int], ...]
    says: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def months_picture(told: WaiverFiguresAnswer) -> MonthsPicture:
    """The picture of the months."""
    received = [month.received for month in told.months]
    ended = [sum(month.ended.values()) for month in told.months]
    most = max((*ended, *received, 1))
    step = (WIDTH - LEFT) / len(told.months)
    every = -(-len(told.months) // NAMES_AT_MOST)
    bars, names = list[Bar](), list[tuple[float, str]]()
    for place, month in enumerate(told.months):
        left = LEFT + place * step
        for kind, at, count in (("received", 0.1, received[place]), ("ended", 0.5, ended[place])):
            y = _y(count, most)
            words = f"{month.month}: {count} {kind}"
            x, wide = round(left + at * step, 1), round(0.35 * step, 1)
            bars.append(Bar(kind, x, y, wide, round(HEIGHT - FOOT - y, 1), words))
        if place % every == 0:
            names.append((round(left + 0.1 * step, 1), month.month))
    return MonthsPicture(
        tuple(bars),
        tuple(names),
        tuple((_y(mark, most), mark) for mark in sorted({0, most // 2, most})),
        f"From {told.first} to {told.last} the Office received {sum(received)} requests, and "
        f"{sum(ended)} ended.",
    )


def _y(count: int, most: int) -> float:
    """How far down a bar of a count begins."""
    return round(HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * count / most, 1)


@pages.get("/waivers/figures")
@needs("waivers.figures")
def waiver_figures() -> str:
    """The figures of the last twelve months, or of those in the address."""
    told = figures_answer(figures(_query()))
    year = clock.today().year
    return render_template(
        "waivers/figures.html",
        told=told,
        picture=months_picture(told),
        years=[(f"{each}-01", f"{each}-12", each) for each in range(year, year - 4, -1)],
        is_usual=not request.args,
    )


@pages.get("/waivers/figures.csv")
@needs("waivers.figures")
def waiver_figures_csv() -> Response:
    """The table of the months, to save."""
    return table_response(figures(_query()))


def _query() -> dict[str, str]:
    """The months in the address.

    Raises:
        Problem: invalid-request; they are none.
    """
    try:
        found: dict[str, str] = FiguresQuery().load(request.args)
    except ValidationError as error:
        raise refuse(error, "query") from None
    return found
