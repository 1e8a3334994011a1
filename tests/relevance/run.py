"""make relevance: the product's outcomes and needs beside the oracle's, on random partial cases of
every question and edition; then interviews that follow the needs.

Prints a line for each question and edition, and the smallest cases that differ. Exits with 1 where
any does.
"""

import argparse
import multiprocessing
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.determinations.decide import Decider
from app.law.library import open_lawbook
from tests.relevance.any_partial import PartialCases
from tests.relevance.comparing import difference, smallest
from tests.relevance.oracle import Oracle

RULESETS = Path(__file__).resolve().parents[2] / "rulesets"
CHUNK = 40
SHOWN = 3
"""So many cases that differ are shown of each question and edition."""
OPEN_AT_LEAST = 1 / 3

Key = tuple[str, str]


class Chunk(NamedTuple):
    """Some cases of one question in one edition."""

    question: str
    edition: str
    seed: str
    cases: int


class Counted(NamedTuple):
    """What a chunk came to."""

    key: Key
    counts: Counter[str]
    shown: list[str]


class Worker:
    """What a process keeps: the law, the product, the oracle."""

    decider: Decider
    oracle: Oracle

    @classmethod
    def start(cls) -> None:
        """Read the law."""
        lawbook = open_lawbook(RULESETS)
        cls.decider, cls.oracle = Decider(lawbook), Oracle(lawbook)

    @classmethod
    def count(cls, chunk: Chunk) -> Counted:
        """Compare the cases of a chunk."""
        counts: Counter[str] = Counter()
        shown: list[str] = []
        drawn = PartialCases(cls.oracle, chunk.question, chunk.edition, chunk.seed)
        for _ in range(chunk.cases):
            expected, found = difference(cls.decider, cls.oracle, drawn.case())
            counts["cases"] += 1
            counts["open"] += expected.three_valued == "undetermined"
            counts["settled"] += expected.three_valued != expected.outcome
            if found is not None:
                outcomes = expected.outcome != found.got.outcome
                counts["outcomes" if outcomes else "needs"] += 1
                if len(shown) < 1:
                    shown.append(str(smallest(cls.decider, cls.oracle, found)))
        return Counted((chunk.question, chunk.edition), counts, shown)


def chunks(lawbook_questions: list[Key], cases: int, seed: str) -> Iterator[Chunk]:
    """The cases in pieces, as many of each question and edition."""
    each = -(-cases // len(lawbook_questions))
    for first in range(0, each, CHUNK):
        for question, edition in lawbook_questions:
            yield Chunk(question, edition, f"{seed}-{first}", min(CHUNK, each - first))


def run(cases: int, seed: str, only: str | None, processes: int, console: Console) -> bool:
    """Compare; whether nothing differs and enough was open."""
    lawbook = open_lawbook(RULESETS)
    keys = [(q, e) for q in lawbook.questions if only in (None, q) for e in lawbook.editions]
    work = list(chunks(keys, cases, seed))
    totals: dict[Key, Counter[str]] = {key: Counter() for key in keys}
    shown: dict[Key, list[str]] = {key: [] for key in keys}
    with (
        multiprocessing.Pool(processes, Worker.start) as pool,
        Progress(console=console, transient=True) as progress,
    ):
        task = progress.add_task("Comparing", total=sum(chunk.cases for chunk in work))
        for counted in pool.imap_unordered(Worker.count, work):
            totals[counted.key] += counted.counts
            shown[counted.key] += counted.shown
            progress.advance(task, counted.counts["cases"])
    for key in keys:
        for text in shown[key][:SHOWN]:
            console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(_table(totals))
    return all(
        counts["outcomes"] == counts["needs"] == 0
        and counts["open"] >= OPEN_AT_LEAST * counts["cases"]
        for counts in totals.values()
    )


def _table(totals: dict[Key, Counter[str]]) -> Table:
    table = Table(title="The product beside the oracle", box=box.SIMPLE_HEAD)
    for column in ("question", "edition"):
        table.add_column(column, no_wrap=True)
    for column in ("cases", "open by logic", "settled in truth", "outcomes differ", "needs differ"):
        table.add_column(column, justify="right")
    whole: Counter[str] = Counter()
    for (question, edition), counts in totals.items():
        whole += counts
        table.add_row(question, edition, *_cells(counts))
    table.add_section()
    table.add_row("all", "", *_cells(whole))
    return table


def _cells(counts: Counter[str]) -> list[str]:
    share = f"{counts['open'] / max(1, counts['cases']):.0%}"
    numbers = [counts[name] for name in ("settled", "outcomes", "needs")]
    return [f"{counts['cases']:,}", share, *(f"{number:,}" for number in numbers)]


def main() -> None:
    """Read what is wanted, compare, and say how it ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", default="")
    parser.add_argument("--question")
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    console, seed = Console(), wanted.seed or secrets.token_hex(4)
    console.print(f"Seed {seed}")
    sys.exit(0 if run(wanted.cases, seed, wanted.question, wanted.processes, console) else 1)


if __name__ == "__main__":
    main()
