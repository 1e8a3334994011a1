"""One engine for the process: compiles, evaluates, compares with the plain evaluator."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from app.engine.compiler import (
    MATCHES_AT_MOST,
    Meaning,
    Program,
    compile_law,
    condition_property,
    path_property,
    provision_property,
)
from app.engine.evaluation import EngineFault, Evaluation
from app.engine.session import Ruleset, Session, property
from app.engine.shadow import OUTCOME_CODES, evaluate
from app.law.questions import Outcome
from app.law.standing import StandingLaw, StandingProvision, StandingQuestion
from app.remembered import Remembered

SAID_AT_MOST = 1_024
"""For so many different findings of a stage it is remembered what the rules made of them."""
_PRECEDENCE: tuple[Outcome, ...] = ("ineligible", "referred", "eligible")


@dataclass
class Counters:
    """What the engine has done since the process started.

    Read by the metrics and the readiness check.
    """

    decisions: int = 0
    faults: int = 0
    rulesets: int = 0


Truths = tuple[tuple[int, str, str], ...]
"""Conditions or provisions by index, each with what is written where it is false and where it is
true.
"""


class _Said(NamedTuple):
    """What the rules made of a stage's findings: provisions and conditions by index, outcomes by
    question. Shared: not changed.
    """

    provisions: tuple[tuple[int, bool], ...]
    outcomes: Mapping[str, Outcome]
    conditions: tuple[tuple[int, bool], ...]


@dataclass(frozen=True)
class _Stage:
    """The provisions of one depth: what is posted, and in which messages.

    A rule looks at one message alone, so what the rules make of a stage's findings is the same for
    all cases with these findings: *said* remembers it, by *truths* of the stage's conditions. Facts
    are put to the rules for every case.
    """

    questions: tuple[StandingQuestion, ...]
    findings: tuple[Truths, ...]
    together: tuple[Truths, ...]
    several: tuple[tuple[str, ...], ...]
    truths: Callable[[Sequence[bool | None]], object]
    said: Remembered[_Said] = field(default_factory=lambda: Remembered(SAID_AT_MOST), repr=False)


class _Fact(NamedTuple):
    """How a fact is told: what stands before its code, and before its month and day where these
    count too.

    *weight* is how many tests a message meets at most because of it.
    """

    name: str
    written: str
    of_year: str | None
    weight: int


@dataclass(frozen=True)
class _Part:
    """A ruleset and the stages of the questions it decides.

    *used* are the questions whose outcomes other questions look at, *alike* the conditions that
    make the same test.
    """

    ruleset: Ruleset
    stages: tuple[_Stage, ...]
    facts: tuple[_Fact, ...]
    used: tuple[tuple[str, str], ...]
    alike: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class _Compiled:
    parts: tuple[_Part, ...]
    law: StandingLaw = field(repr=False)

    def start_afresh(self) -> None:
        """Trust nothing that earlier decisions may have left behind."""
        for part in self.parts:
            part.ruleset.start_afresh()
            for stage in part.stages:
                stage.said.forget()


def _part(law: StandingLaw, ruleset: Ruleset) -> _Part:
    program = ruleset.program
    properties = program.fact_properties
    facts = tuple(
        _Fact(
            fact,
            f'"{name}":',
            f'"{name}m":' if fact in program.recurring else None,
            program.weight_of(fact),
        )
        for fact, name in properties.items()
    )
    used = tuple((fact, name) for fact, name in properties.items() if fact in law.by_question)
    alike = {indexes[0]: tuple(indexes) for indexes in program.alike.values()}
    return _Part(ruleset, _stages(law, program), facts, used, alike)


def _stages(law: StandingLaw, program: Program) -> tuple[_Stage, ...]:
    stages = []
    own = {question.question.id for question in program.questions}
    for depth in range(law.asked.depth + 1):
        questions = tuple(q for q in law.questions if q.depth == depth and q.question.id in own)
        provisions = tuple(p for q in questions for p in q.provisions)
        if provisions:
            several = tuple(
                tuple(path_property(p, number) for number in range(len(p.paths)))
                for p in provisions
                if len(p.paths) > 1
            )
            truths = itemgetter(
                *(condition.index for provision in provisions for condition in provision.conditions)
            )
            stages.append(
                _Stage(
                    questions, _findings(provisions, program), _together(questions), several, truths
                )
            )
    return tuple(stages)


def _findings(provisions: Iterable[StandingProvision], program: Program) -> tuple[Truths, ...]:
    """The findings of whole provisions, as many together as a message may hold.

    Each once in a message.
    """
    groups: list[dict[str, int]] = [{}]
    for provision in provisions:
        own = {condition_property(program, c): c.index for c in provision.conditions}
        if len(groups[-1].keys() | own) > MATCHES_AT_MOST:
            groups.append({})
        groups[-1].update(own)
    return tuple(_truths((index, name) for name, index in group.items()) for group in groups)


def _together(questions: tuple[StandingQuestion, ...]) -> tuple[Truths, ...]:
    """The provisions of as many questions as fit into one message."""
    groups: list[list[StandingQuestion]] = [[]]
    for question in questions:
        if sum(len(q.provisions) for q in (*groups[-1], question)) > MATCHES_AT_MOST:
            groups.append([])
        groups[-1].append(question)
    return tuple(
        _truths((p.index, provision_property(p)) for q in group for p in q.provisions)
        for group in groups
    )


def _truths(named: Iterable[tuple[int, str]]) -> Truths:
    return tuple((index, property(name, 0), property(name, 1)) for index, name in named)


def _written(truths: Truths, found: Sequence[bool | None]) -> list[str]:
    """Those that are known, as they stand in a message."""
    return [
        true if found[index] else false for index, false, true in truths if found[index] is not None
    ]


class Engine:
    """Decides standing laws.

    Safe to share between threads: one session at a time runs under one lock.
    """

    def __init__(self, remembers: bool = True) -> None:
        """An engine; one that *remembers* puts a stage's findings to its rules once, and every
        case's facts each time.
        """
        self._lock, self._remembers = threading.Lock(), remembers
        self._rulesets: dict[tuple[object, ...], tuple[Ruleset, ...]] = {}
        self._compiled: dict[int, _Compiled] = {}
        self.counters = Counters()

    def beside(self) -> "Engine":
        """An engine for another text of the law.

        Law that is the same in both is compiled once, since the engine cannot unload.
        """
        other = Engine(self._remembers)
        other._lock, other._rulesets, other.counters = self._lock, self._rulesets, self.counters
        return other

    def prepare(self, laws: Iterable[StandingLaw]) -> None:
        """Compile before serving.

        Compiling while requests wait is slow and, without the lock, was seen to race.
        """
        for law in laws:
            with self._lock:
                self._ruleset_of(law)

    def evaluate(self, law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
        """Every condition, provision and outcome for the facts whose codes are known, found by the
        engine and checked.

        Raises:
            EngineFault: the engine failed, or the plain evaluator comes to something else.
        """
        try:
            with self._lock:
                compiled = self._ruleset_of(law)
                found = self._run(compiled, codes)
                self.counters.decisions += 1
            expected = evaluate(law, codes)
            if found != expected:
                with self._lock:
                    compiled.start_afresh()
                raise EngineFault(
                    f"engine and plain evaluator disagree on {_differences(law, found, expected)}"
                )
        except EngineFault:
            self.counters.faults += 1
            raise
        return found

    def _ruleset_of(self, law: StandingLaw) -> _Compiled:
        """The law's ruleset, shared by all days and editions on which the law is the same.

        Nothing is dropped: the engine cannot unload, and there are only as many standing laws as
        the rulesets have boundary days.
        """
        compiled = self._compiled.get(id(law))
        if compiled is None or compiled.law is not law:
            if law.key not in self._rulesets:
                self._rulesets[law.key] = tuple(Ruleset(program) for program in compile_law(law))
                self.counters.rulesets += len(self._rulesets[law.key])
            parts = tuple(_part(law, ruleset) for ruleset in self._rulesets[law.key])
            compiled = self._compiled[id(law)] = _Compiled(parts, law)
        return compiled

    def _run(self, compiled: _Compiled, codes: Mapping[str, int]) -> Evaluation:
        law, known = compiled.law, dict(codes)
        found = Evaluation([None] * len(law.conditions), [None] * len(law.provisions))
        for part in compiled.parts:
            session = part.ruleset.open()
            try:
                _Run(part, session, found, self._remembers).through(known)
            finally:
                part.ruleset.close(session)
            for question, outcome in found.outcomes.items():
                if outcome != "undetermined":
                    known.setdefault(question, OUTCOME_CODES[outcome])
        return found


class _Run:
    """One decision, stage by stage.

    The rules do the deciding, this only carries what fired from one stage to the next.
    """

    def __init__(self, part: _Part, session: Session, found: Evaluation, remembers: bool) -> None:
        self.part, self.session, self.found, self.remembers = part, session, found, remembers

    def through(self, codes: Mapping[str, int]) -> None:
        conditions = self.found.conditions
        for message in self.fact_messages(codes):
            for index, truth in self.findings(self.session.post(message)):
                conditions[index] = truth
        stated = tuple([fact in codes for fact, _ in self.part.used])
        for stage in self.part.stages:
            self.take(self.said(stage, stated))

    def fact_messages(self, codes: Mapping[str, int]) -> Iterator[list[str]]:
        """The codes of the facts that are known, in as many messages as it takes for none to meet
        too many tests.
        """
        message: list[str] = []
        met = 1  # the catch-all
        for fact in self.part.facts:
            code = codes.get(fact.name)
            if code is None:
                continue
            if message and met + fact.weight > MATCHES_AT_MOST:
                yield message
                message, met = [], 1
            met += fact.weight
            message.append(f"{fact.written}{code}")
            if fact.of_year is not None:
                day = date.fromordinal(code)
                message.append(f"{fact.of_year}{day.month * 100 + day.day}")
        yield message

    def findings(self, fired: Iterable[Meaning]) -> list[tuple[int, bool]]:
        """The conditions, by index, that fired as met or not met."""
        alike = self.part.alike
        return [(index, meaning.value == 1) for meaning in fired for index in alike[meaning.index]]

    def take(self, said: _Said) -> None:
        """Enter what was found in a stage."""
        for index, truth in said.provisions:
            self.found.provisions[index] = truth
        for index, truth in said.conditions:
            self.found.conditions[index] = truth
        self.found.outcomes.update(said.outcomes)

    def said(self, stage: _Stage, stated: tuple[bool, ...]) -> _Said:
        """What the rules make of a stage's findings; *stated* tells which used questions' outcomes
        came with the facts.
        """
        if not self.remembers:
            return self.ask(stage, stated)
        key = (stated, stage.truths(self.found.conditions))
        return stage.said.find(key) or stage.said.keep(key, self.ask(stage, stated))

    def ask(self, stage: _Stage, stated: tuple[bool, ...]) -> _Said:
        """Put a stage's findings to the rules, and what they make of them, until its outcomes are
        used.
        """
        provisions = self.provisions(stage)
        outcomes = self.outcomes(stage, provisions)
        used = [
            property(name, OUTCOME_CODES[outcomes[fact]])
            for (fact, name), is_stated in zip(self.part.used, stated, strict=True)
            if not is_stated and outcomes.get(fact, "undetermined") != "undetermined"
        ]
        conditions = tuple(self.findings(self.session.post(used))) if used else ()
        return _Said(tuple(provisions.items()), outcomes, conditions)

    def provisions(self, stage: _Stage) -> dict[int, bool]:
        """The provisions that apply and those that do not, by index."""
        post, found = self.session.post, dict[int, bool]()
        paths: dict[str, int] = {}
        for findings in stage.findings:
            for meaning in post(_written(findings, self.found.conditions)):
                if meaning.means == "path":
                    paths[f"h{meaning.key}"] = meaning.value
                else:
                    found[meaning.index] = meaning.value == 1
        for names in stage.several:
            for meaning in post([property(name, paths[name]) for name in names if name in paths]):
                found[meaning.index] = meaning.value == 1
        return found

    def outcomes(self, stage: _Stage, provisions: Mapping[int, bool]) -> dict[str, Outcome]:
        """The outcomes of a stage's questions."""
        fired: dict[str, set[int]] = {}
        known = [provisions.get(index) for index in range(len(self.found.provisions))]
        for together in stage.together:
            for meaning in self.session.post(_written(together, known)):
                fired.setdefault(meaning.key, set()).add(meaning.value)
        ids = [question.question.id for question in stage.questions]
        return {id: _first(fired[id]) if id in fired else "undetermined" for id in ids}


def _first(codes: set[int]) -> Outcome:
    """Of outcomes for which rules fired, the one that goes before the others."""
    return next(outcome for outcome in _PRECEDENCE if OUTCOME_CODES[outcome] in codes)


def _differences(law: StandingLaw, found: Evaluation, expected: Evaluation) -> str:
    """Where two evaluations differ, by names only."""
    conditions = [
        f"{p.provision.id}/{c.condition.id}" for p in law.provisions for c in p.conditions
        if found.conditions[c.index] != expected.conditions[c.index]
    ]  # fmt: skip
    provisions = [
        p.provision.id
        for p in law.provisions
        if found.provisions[p.index] != expected.provisions[p.index]
    ]
    outcomes = [id for id in expected.outcomes if found.outcomes.get(id) != expected.outcomes[id]]
    return ", ".join(conditions + provisions + outcomes)
