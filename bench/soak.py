"""A million decisions on eight threads that take turns as often as the interpreter can make them,
every answer checked.

    make soak

The engine's compiled module is right only inside a fence (docs/decisions/engine.md); short tests
pass without the fence and prove nothing. Ends with 1 where an answer was wrong or missing, or where
memory grew by ten megabytes or more after the warm-up.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: E402

from app.determinations.facts.facts_in_play import FactsInPlay  # noqa: E402
from app.determinations.facts.knowledge import Knowledge  # noqa: E402
from app.engine import CompiledLaw, Engine, EngineFault, Evaluation  # noqa: E402
from app.law.facts import FactDefinition, Value  # noqa: E402
from app.law.lawbook import Lawbook  # noqa: E402
from app.law.reading.library import open_lawbook  # noqa: E402
from app.law.standing import StandingLaw  # noqa: E402
from tests.plain_evaluator import evaluate  # noqa: E402

QUESTION = "enrollment.permitted"
EDITIONS = ("chapter-288", "current")
CASES = 400
SEED = 288
LEFT_OUT = 0.15
THREADS = 8
SWITCH_SECONDS = 1e-6
WARM_UP = 50_000
MEGABYTE = 1_048_576
GROWTH_ALLOWED = 10 * MEGABYTE
AT_ONCE = 250
"""Decisions that a thread makes before it reports."""


@dataclass(frozen=True)
class Checked:
    """A case of the real law and what the plain evaluator makes of it."""

    law: StandingLaw
    codes: Mapping[str, int]
    expected: Evaluation


@dataclass
class Tally:
    """What the threads found so far."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, right: int, wrong: int, missing: int, faults: list[str]) -> None:
        """Count what a thread found."""
        with self.lock:
            self.right, self.wrong, self.missing = (
                self.right + right,
                self.wrong + wrong,
                self.missing + missing,
            )
            self.faults = [*self.faults, *faults][:5]


def any_value(random: Random, fact: FactDefinition, day: date) -> Value:
    """A value a caller could state, days near the day of the request."""
    if fact.type == "day":
        return day + timedelta(days=random.randint(-120, 20))
    low, high = fact.first_code // fact.step, fact.last_code // fact.step
    return fact.value(random.randint(low, min(high, low + 120)) * fact.step)


def make_cases(lawbook: Lawbook, number: int) -> Iterator[Checked]:
    """Different requests of 2007 to 2025 in both editions, some facts left out.

    The same ones in every run.
    """
    random = Random(SEED)
    facts = [fact for fact in lawbook.facts_of(QUESTION) if fact.type != "outcome"]
    first, last = date(2007, 5, 1), date(2025, 12, 31)
    for index in range(number):
        day = first + timedelta(days=random.randrange((last - first).days))
        law = lawbook.standing(QUESTION, day, EDITIONS[index % len(EDITIONS)])
        stated = {
            fact.name: any_value(random, fact, day) for fact in facts if random.random() >= LEFT_OUT
        }
        in_play = FactsInPlay(lawbook, law, CompiledLaw(law))
        knowledge = Knowledge.of(in_play, {**stated, "enrollment.requested_on": day}, day)
        yield Checked(law, knowledge.codes, evaluate(law, knowledge.codes))


def resident_bytes() -> int:
    """The memory that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Soak:
    """Threads that decide the same cases over and over until together they have decided as many as
    wanted.
    """

    def __init__(self, cases: list[Checked], engines: Sequence[Engine]) -> None:
        self.cases, self.engines, self.tally = cases, engines, Tally()
        self.blocks = count()

    def run(self, decisions: int, progress: "Watching") -> None:
        """Make *decisions* decisions; returns when all are made."""
        self.blocks = count()
        threads = [
            threading.Thread(target=self.work, args=(seed, decisions // AT_ONCE))
            for seed in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.25)
            progress.show(self.tally)
        for thread in threads:
            thread.join()
        progress.show(self.tally)

    def work(self, seed: int, blocks: int) -> None:
        """Take blocks of decisions while there are any left."""
        random = Random(seed)
        while next(self.blocks) < blocks:
            self.block(random)

    def block(self, random: Random) -> None:
        """One block of decisions, each checked."""
        right = wrong = missing = 0
        faults = []
        engine = random.choice(self.engines)
        for _ in range(AT_ONCE):
            case = random.choice(self.cases)
            try:
                found: Evaluation | None = engine.evaluate(case.law, case.codes)
            except EngineFault as fault:
                wrong += 1
                faults.append(str(fault))
                continue
            if found is None:
                missing += 1
            elif found == case.expected:
                right += 1
            else:
                wrong += 1
        self.tally.add(right, wrong, missing, faults)


class Watching:
    """How far the soak is, on a terminal; and the most memory seen."""

    def __init__(self, bar: Progress | None, decisions: int) -> None:
        self.bar = bar
        self.task = bar.add_task("decisions", total=decisions) if bar else None
        self.before, self.most_memory = 0, 0

    def show(self, tally: Tally) -> None:
        """Look at the memory, and move the bar."""
        self.most_memory = max(self.most_memory, resident_bytes())
        made = tally.right + tally.wrong + tally.missing
        if self.bar is not None and self.task is not None:
            self.bar.update(
                self.task, completed=made, description=f"{tally.wrong + tally.missing} wrong"
            )


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as bar:
        yield bar


def main() -> int:
    """Run the soak and print its figures.

    Returns:
        0 where every answer was right and memory stayed, else 1.
    """
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument(
        "--decisions", type=int, default=1_000_000, help="how many (default 1,000,000)"
    )
    decisions: int = arguments.parse_args().decisions
    engines = (Engine(),)
    cases = list(make_cases(open_lawbook(ROOT / "rulesets"), CASES))
    for engine in engines:
        engine.prepare({id(case.law): case.law for case in cases}.values())
    sys.setswitchinterval(SWITCH_SECONDS)
    soak, warm_up = Soak(cases, engines), min(WARM_UP, decisions)
    with progress_bar() as bar:
        watching = Watching(bar, warm_up + decisions)
        soak.run(warm_up, watching)
        warm, watching.most_memory = resident_bytes(), 0
        started = time.perf_counter()
        soak.run(decisions, watching)
    seconds = time.perf_counter() - started
    return report(soak.tally, decisions / seconds, watching.most_memory - warm, warm)


def report(tally: Tally, a_second: float, grown: int, warm: int) -> int:
    """Print the figures; 1 where an answer was wrong or memory grew too much."""
    made = tally.right + tally.wrong + tally.missing
    print(
        f"{made:,} decisions of {QUESTION} on {THREADS} threads, switch interval "
        f"{SWITCH_SECONDS:g} s, {a_second:,.0f} a second"
    )
    print(f"right {tally.right:,}   wrong {tally.wrong:,}   without an answer {tally.missing:,}")
    allowed = f"less than {GROWTH_ALLOWED // MEGABYTE} MB are allowed"
    print(
        f"memory {warm / MEGABYTE:.1f} MB after warm-up, grown by at most {grown / MEGABYTE:.1f} "
        f"MB ({allowed})"
    )
    for fault in tally.faults:
        print(f"fault: {fault}")
    return int(tally.wrong + tally.missing > 0 or grown >= GROWTH_ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
