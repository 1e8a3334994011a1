"""One engine for the process: compiles, evaluates, compares with the plain evaluator."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

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
from app.engine.session import Ruleset, Session
from app.engine.shadow import OUTCOME_CODES, evaluate
from app.law.questions import Outcome
from app.law.standing import StandingLaw, StandingProvision, StandingQuestion

_PRECEDENCE: tuple[Outcome, ...] = ("ineligible", "referred", "eligible")


@dataclass
class Counters:
    """What the engine has done since the process started; read by the metrics and the readiness check."""

    decisions: int = 0
    faults: int = 0
    rulesets: int = 0


@dataclass(frozen=True)
class _Stage:
    """The provisions of one depth: what is posted, and in which messages."""

    questions: tuple[StandingQuestion, ...]
    findings: tuple[tuple[tuple[int, str], ...], ...]
    together: tuple[tuple[tuple[int, str], ...], ...]
    several: tuple[StandingProvision, ...]


@dataclass(frozen=True)
class _Part:
    """A ruleset and the stages of the questions it decides."""

    ruleset: Ruleset
    stages: tuple[_Stage, ...]
    alike: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class _Compiled:
    parts: tuple[_Part, ...]
    law: StandingLaw = field(repr=False)


def _part(law: StandingLaw, ruleset: Ruleset) -> _Part:
    alike = {indexes[0]: tuple(indexes) for indexes in ruleset.program.alike.values()}
    return _Part(ruleset, _stages(law, ruleset.program), alike)


def _stages(law: StandingLaw, program: Program) -> tuple[_Stage, ...]:
    stages = []
    own = {question.question.id for question in program.questions}
    for depth in range(law.asked.depth + 1):
        questions = tuple(q for q in law.questions if q.depth == depth and q.question.id in own)
        provisions = tuple(p for q in questions for p in q.provisions)
        if provisions:
            findings = tuple(tuple((c.index, condition_property(program, c)) for c in p.conditions) for p in provisions)
            several = tuple(p for p in provisions if len(p.paths) > 1)
            stages.append(_Stage(questions, findings, _together(questions), several))
    return tuple(stages)


def _together(questions: tuple[StandingQuestion, ...]) -> tuple[tuple[tuple[int, str], ...], ...]:
    """The provisions of as many questions as fit into one message, with the property of each."""
    groups: list[list[StandingQuestion]] = [[]]
    for question in questions:
        if sum(len(q.provisions) for q in (*groups[-1], question)) > MATCHES_AT_MOST:
            groups.append([])
        groups[-1].append(question)
    return tuple(tuple((p.index, provision_property(p)) for q in group for p in q.provisions) for group in groups)


class Engine:
    """Decides standing laws. Safe to share between threads: one session at a time runs under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rulesets: dict[tuple[object, ...], tuple[Ruleset, ...]] = {}
        self._compiled: dict[int, _Compiled] = {}
        self.counters = Counters()

    def beside(self) -> "Engine":
        """An engine for another text of the law. Law that is the same in both is compiled once, since the engine cannot unload."""
        other = Engine()
        other._lock, other._rulesets, other.counters = self._lock, self._rulesets, self.counters
        return other

    def prepare(self, laws: Iterable[StandingLaw]) -> None:
        """Compile before serving; compiling while requests wait is slow and, without the lock, was seen to race."""
        for law in laws:
            with self._lock:
                self._ruleset_of(law)

    def evaluate(self, law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
        """Every condition, provision and outcome for the facts whose codes are known, found by the engine and checked.

        Raises:
            EngineFault: the engine failed, or the plain evaluator comes to something else.
        """
        try:
            with self._lock:
                found = self._run(self._ruleset_of(law), codes)
                self.counters.decisions += 1
            expected = evaluate(law, codes)
            if found != expected:
                raise EngineFault(f"engine and plain evaluator disagree on {_differences(law, found, expected)}")
        except EngineFault:
            self.counters.faults += 1
            raise
        return found

    def _ruleset_of(self, law: StandingLaw) -> _Compiled:
        """The law's ruleset, shared by all days and editions on which the law is the same.

        Nothing is dropped: the engine cannot unload, and there are only as many standing laws as the rulesets have boundary days.
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
                _Run(part, session, found).through(known)
            finally:
                session.close()
            for question, outcome in found.outcomes.items():
                if outcome != "undetermined":
                    known.setdefault(question, OUTCOME_CODES[outcome])
        return found


class _Run:
    """One decision, stage by stage; the rules do the deciding, this only carries what fired from one stage to the next."""

    def __init__(self, part: _Part, session: Session, found: Evaluation) -> None:
        self.program, self.stages, self.session, self.found = part.ruleset.program, part.stages, session, found
        self.alike = part.alike

    def through(self, codes: Mapping[str, int]) -> None:
        for message in self.fact_messages(codes):
            self.take_findings(self.session.post(message))
        for stage in self.stages:
            self.decide(stage, codes)

    def fact_messages(self, codes: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """The codes of the facts that are known; with month and day beside those that are held against a yearly calendar."""
        properties, recurring = self.program.fact_properties, self.program.recurring
        for facts in self.program.fact_messages:
            message = {}
            for fact in facts:
                code = codes.get(fact)
                if code is not None:
                    name = properties[fact]
                    message[name] = code
                    if fact in recurring:
                        day = date.fromordinal(code)
                        message[f"{name}m"] = day.month * 100 + day.day
            yield message

    def take_findings(self, fired: list[Meaning]) -> None:
        for meaning in fired:
            for index in self.alike[int(meaning.key)]:
                self.found.conditions[index] = meaning.value == 1

    def decide(self, stage: _Stage, codes: Mapping[str, int]) -> None:
        paths: dict[str, int] = {}
        for message in self.finding_messages(stage):
            for meaning in self.session.post(message):
                if meaning.means == "path":
                    paths[f"h{meaning.key}"] = meaning.value
                else:
                    self.found.provisions[int(meaning.key)] = meaning.value == 1
        for provision in stage.several:
            names = [path_property(provision, number) for number in range(len(provision.paths))]
            for meaning in self.session.post({name: paths[name] for name in names if name in paths}):
                self.found.provisions[int(meaning.key)] = meaning.value == 1
        outcomes = self.conclude(stage)
        used = {
            name: outcomes[fact] for fact, name in self.program.fact_properties.items() if fact in outcomes and fact not in codes
        }  # fmt: skip
        if used:
            self.take_findings(self.session.post(used))

    def finding_messages(self, stage: _Stage) -> list[dict[str, int]]:
        """The findings of whole provisions, as many together as a message may hold."""
        conditions = self.found.conditions
        messages: list[dict[str, int]] = [{}]
        for findings in stage.findings:
            if len(messages[-1]) + len(findings) > MATCHES_AT_MOST:
                messages.append({})
            message = messages[-1]
            for index, name in findings:
                truth = conditions[index]
                if truth is not None:
                    message[name] = 1 if truth else 0
        return messages

    def conclude(self, stage: _Stage) -> dict[str, int]:
        """The outcomes of a stage's questions, by code; undetermined ones are left out."""
        fired: dict[str, set[int]] = {}
        for group in stage.together:
            provisions = self.found.provisions
            status = {name: 1 if provisions[index] else 0 for index, name in group if provisions[index] is not None}
            for meaning in self.session.post(status):
                fired.setdefault(meaning.key, set()).add(meaning.value)
        outcomes = {}
        for question in stage.questions:
            id = question.question.id
            codes = fired.get(id, set())
            outcome = next((o for o in _PRECEDENCE if OUTCOME_CODES[o] in codes), None)
            self.found.outcomes[id] = outcome or "undetermined"
            if outcome is not None:
                outcomes[id] = OUTCOME_CODES[outcome]
        return outcomes


def _differences(law: StandingLaw, found: Evaluation, expected: Evaluation) -> str:
    """Where two evaluations differ, by names only."""
    conditions = [
        f"{p.provision.id}/{c.condition.id}" for p in law.provisions for c in p.conditions
        if found.conditions[c.index] != expected.conditions[c.index]
    ]  # fmt: skip
    provisions = [
        p.provision.id for p in law.provisions if found.provisions[p.index] != expected.provisions[p.index]
    ]  # fmt: skip
    outcomes = [id for id in expected.outcomes if found.outcomes.get(id) != expected.outcomes[id]]
    return ", ".join(conditions + provisions + outcomes)
