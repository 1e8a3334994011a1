"""The small rule decided by other engines and by this service loaded with that rule alone, each
with its explanation on; beside them this service with the whole law.

    make bench-peers

Each must give the reference answer for all facts before it is timed. In process, one thread, from
facts as JSON gives them to an answer with its explanation as JSON text. It reports and never
asserts more than that.
"""

import gc
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from rich.table import Table  # noqa: E402

from app.determinations.answer import Detail  # noqa: E402
from app.determinations.cases.case import Case  # noqa: E402
from app.determinations.decide import Decider  # noqa: E402
from app.law.reading.library import open_lawbook  # noqa: E402
from bench.applications import QUESTION, Applications  # noqa: E402
from bench.in_process import Rate, rate_of, read  # noqa: E402
from bench.peers.engines import peers  # noqa: E402
from bench.peers.rule import Contestant, Facts, random_facts, reference  # noqa: E402
from bench.peers.service import EXPLAINS, contestants  # noqa: E402
from bench.run import console, machine  # noqa: E402

FACTS = 1000


def main() -> None:
    """Measure and print."""
    console.print(machine(), style="dim")
    facts = random_facts(FACTS)
    table = Table("what", "a second", "a CPU second", "bytes", "explains", box=None)
    for column in table.columns[1:4]:
        column.justify = "right"
    left_out = []
    with console.status("measuring …"):
        for contestant in (*peers(), *contestants()):
            if isinstance(contestant, str):
                left_out.append(contestant)
            else:
                table.add_row(contestant.name, *measured(contestant, facts), contestant.explains)
        for detail in ("brief", "full"):
            name = f"this service, {detail}, the whole law: {QUESTION}"
            table.add_row(name, *whole_law(detail), EXPLAINS[detail])
    console.print(f"\nThe small rule, {FACTS:,} random facts, all answered as the reference does\n")
    console.print(table)
    for sentence in left_out:
        console.print(sentence)


def measured(contestant: Contestant, facts: Sequence[Facts]) -> tuple[str, ...]:
    """An engine's rates and the size of its answers.

    Raises:
        SystemExit: it gives another answer than the reference.
    """
    size = 0
    for one in facts:
        outcome, document = contestant.decide(one)
        size += len(document)
        if outcome != reference(one):
            sys.exit(f"{contestant.name} says {outcome}, not {reference(one)}, of {dict(one)}")
    start, processor = time.perf_counter(), time.process_time()
    for one in facts:
        contestant.decide(one)
    wall, busy = time.perf_counter() - start, time.process_time() - processor
    return _cells(Rate(len(facts) / wall, len(facts) / busy), size / len(facts))


def whole_law(detail: Detail) -> tuple[str, ...]:
    """The same of this service with all that it knows, for applications it has not seen."""
    decider = Decider(open_lawbook(ROOT / "rulesets"))
    decider.prepare()
    gc.collect()
    cases, sizes = read(decider, Applications().bodies(2 * FACTS)), []

    def work(case: Case) -> None:
        sizes.append(len(decider.decide(case).json(detail)))

    for case in cases[:FACTS]:
        work(case)
    return _cells(rate_of(work, cases[FACTS:]), sum(sizes) / len(sizes))


def _cells(rate: Rate, size: float) -> tuple[str, ...]:
    return f"{rate.wall:,.0f}", f"{rate.processor:,.0f}", f"{size:,.0f}"


if __name__ == "__main__":
    main()
