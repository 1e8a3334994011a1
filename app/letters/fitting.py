"""Keeps a letter to its pages: one in the standard size, two in large print, and three there where
English stands beside.
"""

from collections.abc import Mapping
from math import ceil

from app.letters.letter import Line

Ranked = tuple[Line, int]
"""A sentence, and how much it matters; 0 always stays."""
Sections = Mapping[str, tuple[Line, list[Ranked]]]
WIDTH = {False: 92, True: 50}
"""Characters of a line, in the standard size and in large print."""
LINES = {(False, False): 31, (False, True): 25, (True, False): 31, (True, True): 44}
"""Lines that the sentences and headings may take, by large print and by whether English stands
beside; the rest of the pages is for the address and the statements in twelve languages.
"""
HEADING = 1.5
"""Lines that a heading and its distance take."""


def fitted(
    sections: Sections, large_print: bool, is_beside: bool
) -> tuple[dict[str, tuple[Line, ...]], bool]:
    """The sentences of each section that fit, and whether any had to go: those that matter least
    go first, the last of them before the others.
    """
    order = sorted(
        (
            (rank, place, name)
            for name, (_, ranked) in sections.items()
            for place, (_, rank) in enumerate(ranked)
        ),
        reverse=True,
    )
    gone = set[tuple[str, int]]()

    def left(name: str) -> tuple[Line, ...]:
        ranked = sections[name][1]
        return tuple(line for at, (line, _) in enumerate(ranked) if (name, at) not in gone)

    def height() -> float:
        kept = [(heading, left(name)) for name, (heading, _) in sections.items()]
        lines = sum(_height(line, large_print, is_beside) for _, some in kept for line in some)
        return lines + sum(
            HEADING * _height(heading, large_print, is_beside) for heading, some in kept if some
        )

    for rank, place, name in order:
        if rank == 0 or height() <= LINES[large_print, is_beside]:
            break
        gone.add((name, place))
    return {name: left(name) for name in sections}, bool(gone)


def _height(line: Line, large_print: bool, is_beside: bool) -> int:
    """The lines that a sentence takes: in two columns in the standard size, one below the other in
    large print.
    """
    width = WIDTH[large_print]
    if not is_beside or line.text is None:
        return ceil(len(line.english) / width)
    if large_print:
        return ceil(len(line.english) / width) + ceil(len(line.text) / width)
    return max(ceil(len(line.english) / (width / 2)), ceil(len(line.text) / (width / 2)))
