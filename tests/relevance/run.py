"""make relevance: the product's outcomes and needs beside the oracle's, on random partial cases of
every question and edition, and interviews that follow the needs.

Prints a line for each question and edition, and the smallest cases that differ. Exits with 1 where
any does, where three-valued logic left too few open, or where interviews ask too much.
"""

import argparse
import gc
import multiprocessing
import secrets
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.determinations.decide import Decider
from app.law.reading.library import open_lawbook
from tests.relevance.any_partial import PartialCases, decidable
from tests.relevance.comparing import difference, smallest
from tests.relevance.interviews import Interviewer, percentile
from tests.relevance.oracle import Oracle

RULESETS = Path(__file__).resolve().parents[2] / "rulesets"
CHUNK = 40
COLLECTED_AFTER = 10
"""So many pieces between collections of what is no longer used."""
SHOWN = 3
"""So many cases that differ are shown of each question and edition."""
OPEN_AT_LEAST = 1 / 3
EXCESS_ON_AVERAGE, EXCESS_OF_95 = 1, 3
"""So many more questions than the fewest that settle the outcome may an interview ask."""

Key = tuple[str, str]


class Chunk(NamedTuple):
    """Some cases of one question in one edition, and some people to interview."""

    question: str
    edition: str
    seed: str
    cases: int
    people: int


class Counted(NamedTuple):
    """What a chunk came to; of each interview how many were asked, and how few would do."""

    key: Key
    counts: Counter[str]
    shown: list[str]
    interviews: list[tuple[int, int]]


class Worker:
    """What a process keeps: the law, the product, the oracle."""

    decider: Decider
    oracle: Oracle
    counted = 0

    @classmethod
    def start(cls) -> None:
        """Read the law."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started it ends it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        lawbook = open_lawbook(RULESETS)
        cls.decider, cls.oracle = Decider(lawbook), Oracle(lawbook)
        cls.decider.prepare()
        gc.collect()
        gc.freeze()

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
        cls.counted += 1
        if cls.counted % COLLECTED_AFTER == 0:
            gc.collect()  # Python does not see how much of the solver's memory its objects hold
        return Counted((chunk.question, chunk.edition), counts, shown, cls.interview(chunk))

    @classmethod
    def interview(cls, chunk: Chunk) -> list[tuple[int, int]]:
        """Interview the people of a chunk."""
        people = Interviewer(cls.decider, cls.oracle, chunk.question, chunk.edition, chunk.seed)
        found = [people.interview() for _ in range(chunk.people)]
        return [(len(one.asked), one.fewest) for one in found if one is not None]


class Totals:
    """What all chunks came to, by question and edition."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.counts: dict[Key, Counter[str]] = {key: Counter() for key in keys}
        self.shown: dict[Key, list[str]] = {key: [] for key in keys}
        self.interviews: dict[Key, list[tuple[int, int]]] = {key: [] for key in keys}

    def take(self, counted: Counted) -> None:
        """Add what a chunk came to."""
        self.counts[counted.key] += counted.counts
        self.shown[counted.key] += counted.shown
        self.interviews[counted.key] += counted.interviews

    @property
    def everybody(self) -> list[tuple[int, int]]:
        """All interviews."""
        return [one for interviews in self.interviews.values() for one in interviews]

    def are_good(self) -> bool:
        """Whether nothing differs, enough was open, and not too much was asked."""
        excess = [asked - fewest for asked, fewest in self.everybody] or [0]
        return (
            all(
                counts["outcomes"] == counts["needs"] == 0
                and counts["open"] >= OPEN_AT_LEAST * counts["cases"]
                for counts in self.counts.values()
            )
            and mean(excess) <= EXCESS_ON_AVERAGE
            and percentile(excess, 0.95) <= EXCESS_OF_95
        )

    def print(self, console: Console) -> None:
        """The smallest cases that differ, and the tables."""
        for texts in self.shown.values():
            for text in sorted(texts, key=len)[:SHOWN]:
                console.print(text, markup=False, highlight=False, soft_wrap=True)
        compared = _table("cases", "open by logic", "settled", "outcomes differ", "needs differ")
        for key, counts in self.counts.items():
            compared.add_row(*key, *_compared(counts))
        compared.add_section()
        compared.add_row("all", "", *_compared(sum(self.counts.values(), Counter())))
        interviewed = _table("people", "asked", "fewest", "excess", "95th percentile")
        for key, interviews in self.interviews.items():
            interviewed.add_row(*key, *_interviewed(interviews))
        interviewed.add_section()
        interviewed.add_row("all", "", *_interviewed(self.everybody))
        console.print(compared, interviewed)


def chunks(keys: Sequence[Key], cases: int, people: int, seed: str) -> Iterator[Chunk]:
    """Cases and people in pieces, as many of each question and edition."""
    cases, people = -(-cases // len(keys)), -(-people // len(keys))
    pieces = max(1, -(-cases // CHUNK))
    for piece in range(pieces):
        for question, edition in keys:
            shares = (_share(whole, piece, pieces) for whole in (cases, people))
            yield Chunk(question, edition, f"{seed}-{piece}", *shares)


def _share(whole: int, piece: int, pieces: int) -> int:
    return whole * (piece + 1) // pieces - whole * piece // pieces


def run(work: Sequence[Chunk], processes: int, console: Console) -> Totals:
    """Compare and interview."""
    totals = Totals(list(dict.fromkeys((c.question, c.edition) for c in work)))
    with (
        multiprocessing.Pool(processes, Worker.start) as pool,
        Progress(console=console, transient=True) as progress,
    ):
        task = progress.add_task("Comparing", total=len(work))
        tenths = 0
        try:
            for done, counted in enumerate(pool.imap_unordered(Worker.count, work), 1):
                totals.take(counted)
                progress.advance(task)
                if done * 10 // len(work) > tenths and not console.is_terminal:
                    # A log shows no bar.
                    tenths = done * 10 // len(work)
                    console.print(f"{tenths * 10} percent compared")
        except KeyboardInterrupt:
            console.print("Stopped. What was compared until then:")
            pool.terminate()
    return totals


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("question", "edition"):
        table.add_column(column, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _compared(counts: Counter[str]) -> list[str]:
    share = f"{counts['open'] / max(1, counts['cases']):.0%}"
    numbers = [counts[name] for name in ("settled", "outcomes", "needs")]
    return [f"{counts['cases']:,}", share, *(f"{number:,}" for number in numbers)]


def _interviewed(interviews: Sequence[tuple[int, int]]) -> list[str]:
    if not interviews:
        return ["0", "", "", "", ""]
    excess = [asked - fewest for asked, fewest in interviews]
    averages = [mean(n) for n in ([a for a, _ in interviews], [f for _, f in interviews], excess)]
    return [
        f"{len(interviews):,}",
        *(f"{average:.2f}" for average in averages),
        str(percentile(excess, 0.95)),
    ]


def main() -> None:
    """Read what is wanted, compare, and say how it ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=4_400)
    parser.add_argument("--seed", default="")
    parser.add_argument("--question")
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    for stops in (signal.SIGINT, signal.SIGTERM):  # also where a shell's background ignores them
        signal.signal(stops, signal.default_int_handler)
    console = Console(width=None if sys.stdout.isatty() else 120)
    seed = wanted.seed or secrets.token_hex(4)
    console.print(f"Seed {seed}")
    lawbook = open_lawbook(RULESETS)
    questions = [wanted.question] if wanted.question else list(lawbook.questions)
    keys = decidable(lawbook, questions)
    work = list(chunks(keys, wanted.cases, wanted.people, seed))
    totals = run(work, wanted.processes, console)
    totals.print(console)
    sys.exit(0 if totals.are_good() else 1)


if __name__ == "__main__":
    main()
