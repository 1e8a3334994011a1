"""What one thread decides without a server, each case once."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean

from app.determinations.cases.case import Case, make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.relevance import Relevance

TODAY = date(2013, 12, 31)


@dataclass(frozen=True)
class Rate:
    """Decisions a second, by the clock on the wall and by the processor time they got."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:>8,.0f} a second  {self.processor:>8,.0f} a CPU second"


def read(decider: Decider, bodies: Sequence[bytes]) -> list[Case]:
    """Bodies of requests as cases, read and typed."""
    law, found = decider.lawbook, []
    for asked in map(json.loads, bodies):
        question = asked["question"]
        facts = read_facts(law, question, asked["facts"])
        found.append(make_case(law, question, facts, None, asked["edition"], TODAY))
    return found


def rate_of(work: Callable[[Case], object], cases: Sequence[Case]) -> Rate:
    """In this one thread, each case once."""
    start, processor = time.perf_counter(), time.thread_time()
    for case in cases:
        work(case)
    wall, busy = time.perf_counter() - start, time.thread_time() - processor
    return Rate(len(cases) / wall, len(cases) / busy)


@dataclass(frozen=True)
class Sizes:
    """How large the answers are, in bytes on average, and what they come to."""

    full: float
    brief: float
    brief_denials: float
    outcomes: Counter[str]

    @classmethod
    def of(cls, decided: Sequence[Determination]) -> "Sizes":
        """Those of some determinations."""
        brief = [len(one.json("brief")) for one in decided]
        denials = [
            size for one, size in zip(decided, brief, strict=True) if one.outcome == "ineligible"
        ]
        outcomes = Counter(str(one.outcome) for one in decided)
        full = mean(len(one.json("full")) for one in decided)
        return cls(full, mean(brief), mean(denials), outcomes)


@dataclass(frozen=True)
class Parts:
    """Milliseconds of CPU that parts of a decision take, on average over all cases.

    *searched* is the part of the cases whose missing facts had to be looked at; the milliseconds of
    *relevance* are over all cases all the same.
    """

    knowledge: float
    engine: float
    compiled: float
    relevance: float
    searched: float

    @classmethod
    def of(cls, decider: Decider, cases: Sequence[Case]) -> "Parts":
        """Those of some cases: what is known, the engine with every message posted, the compiled
        law, and which missing facts matter.
        """
        spent, searched = [0.0] * 4, 0
        for case in cases:
            law = decider.lawbook.standing(case.question, case.as_of, case.edition)
            in_play = decider.facts_in_play(law)
            marks = [time.thread_time()]
            knowledge = Knowledge.of(in_play, case.facts, case.as_of)
            marks.append(time.thread_time())
            decider.engine.rules_alone(law, knowledge.codes)
            marks.append(time.thread_time())
            evaluation = in_play.compiled.evaluate(*in_play.compiled.bits(knowledge.codes))
            marks.append(time.thread_time())
            if evaluation.outcomes[case.question] == "undetermined":
                Relevance(knowledge).needs()
                searched += 1
            marks.append(time.thread_time())
            spent = [s + b - a for s, a, b in zip(spent, marks, marks[1:], strict=False)]
        known, engine, compiled, relevance = (1000 * total / len(cases) for total in spent)
        return cls(known, engine, compiled, relevance, searched / len(cases))
