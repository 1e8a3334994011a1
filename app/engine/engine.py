"""One engine for the process: compiles, evaluates, compares with the compiled law."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.engine.compiled import CompiledLaw
from app.engine.compiler import compile_law
from app.engine.evaluation import DECIDED, OUTCOME_CODES, EngineFault, Evaluation
from app.engine.session import Ruleset
from app.engine.stages import Stages
from app.law.questions import Outcome
from app.law.standing import StandingLaw

REFERRED = OUTCOME_CODES["referred"]


@dataclass
class Counters:
    """What the engine has done since the process started; read by the metrics and the readiness
    check.
    """

    decisions: int = 0
    faults: int = 0
    rulesets: int = 0


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A standing law in both forms."""

    law: StandingLaw
    parts: tuple[Stages, ...]
    compiled: CompiledLaw


class Engine:
    """Decides standing laws. Safe to share between threads: one session at a time runs under one
    lock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alike: dict[tuple[object, ...], tuple[tuple[Stages, ...], CompiledLaw]] = {}
        self._loaded: dict[int, _Loaded] = {}
        self.counters = Counters()

    def beside(self) -> "Engine":
        """An engine for another text of the law.

        Law that is the same in both is compiled once, since the engine cannot unload.
        """
        other = Engine()
        other._lock, other._alike, other.counters = self._lock, self._alike, self.counters
        return other

    def prepare(self, laws: Iterable[StandingLaw]) -> None:
        """Compile before serving; compiling while requests wait is slow and, without the lock, was
        seen to race.

        Raises:
            TooLarge: the engine cannot carry a law.
        """
        for law in laws:
            with self._lock:
                self._load(law)

    def compiled(self, law: StandingLaw) -> CompiledLaw:
        """A standing law as straight-line Python."""
        loaded = self._loaded.get(id(law))
        if loaded is None or loaded.law is not law:
            with self._lock:
                loaded = self._load(law)
        return loaded.compiled

    def rules_alone(self, law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
        """What the rules alone come to, held against nothing; nothing may be issued from it.

        Raises:
            EngineFault: the engine failed.
        """
        with self._lock:
            return self._each_way(self._load(law), codes)

    def evaluate(self, law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
        """Every condition, provision and outcome for the facts whose codes are known, found by the
        engine and checked.

        Raises:
            EngineFault: the engine failed, or the compiled law comes to something else.
        """
        try:
            with self._lock:
                loaded = self._load(law)
                found = self._each_way(loaded, codes)
                self.counters.decisions += 1
            compiled = loaded.compiled
            expected = compiled.evaluate(*compiled.bits(codes))
            if found != expected:
                with self._lock:
                    for part in loaded.parts:
                        part.ruleset.start_afresh()
                differing = ", ".join(_differences(law, found, expected))
                raise EngineFault(f"engine and compiled law disagree on {differing}")
        except EngineFault:
            self.counters.faults += 1
            raise
        return found

    def _load(self, law: StandingLaw) -> _Loaded:
        """The law in both forms, shared by all days and editions on which the law is the same.

        Nothing is dropped: the engine cannot unload, and there are only as many standing laws as
        the rulesets have boundary days.
        """
        loaded = self._loaded.get(id(law))
        if loaded is None or loaded.law is not law:
            alike = self._alike.get(law.key)
            if alike is None:
                rulesets = [Ruleset(program) for program in compile_law(law)]
                self.counters.rulesets += len(rulesets)
                parts = tuple(Stages.of(law, ruleset) for ruleset in rulesets)
                alike = self._alike[law.key] = (parts, CompiledLaw(law))
            loaded = self._loaded[id(law)] = _Loaded(law, *alike)
        return loaded

    def _each_way(self, loaded: _Loaded, codes: Mapping[str, int]) -> Evaluation:
        """What the rules come to; where a question that others use is left to a person, what holds
        both ways.
        """
        stated = {
            q for q, code in codes.items() if code == REFERRED and q in loaded.law.by_question
        }
        codes = {name: code for name, code in codes.items() if name not in stated}
        found = self._run(loaded, codes)
        for question in loaded.law.used:
            if question not in codes and (
                question in stated or found.outcomes[question] == "referred"
            ):
                still_known = {**codes, **dict.fromkeys(stated - {question}, REFERRED)}
                one, other = (
                    self._each_way(loaded, {**_decided(loaded.law, question, way), **still_known})
                    for way in DECIDED
                )
                return one.both_ways(other)
        return found

    def _run(self, loaded: _Loaded, codes: Mapping[str, int]) -> Evaluation:
        if len(loaded.parts) == 1:
            return loaded.parts[0].run(codes)
        met = known = applies = fails = 0
        outcomes: dict[str, Outcome] = {}
        codes = dict(codes)
        for part in loaded.parts:
            found = part.run(codes)
            met, known = met | found.met, known | found.known
            applies, fails = applies | found.applies, fails | found.fails
            outcomes |= found.outcomes
            for question, outcome in found.outcomes.items():
                if outcome in DECIDED:
                    for name, code in _decided(loaded.law, question, outcome).items():
                        codes.setdefault(name, code)
        return Evaluation(met, known, applies, fails, outcomes)


def _decided(law: StandingLaw, question: str, outcome: Outcome) -> dict[str, int]:
    """A question's outcome as it is looked at: under its own name, and as flags that follow."""
    is_eligible = outcome == "eligible"
    looks = law.looks[question]
    flags = {look.fact: look.eligible if is_eligible else look.ineligible for look in looks}
    return {**flags, question: OUTCOME_CODES[outcome]}


def _differences(law: StandingLaw, found: Evaluation, expected: Evaluation) -> Iterator[str]:
    """Where two evaluations differ, by names only."""
    for provision in law.provisions:
        for condition in provision.conditions:
            if found.condition(condition.index) != expected.condition(condition.index):
                yield f"{provision.provision.id}/{condition.condition.id}"
    for provision in law.provisions:
        if found.provision(provision.index) != expected.provision(provision.index):
            yield provision.provision.id
    for id, outcome in expected.outcomes.items():
        if found.outcomes.get(id) != outcome:
            yield id
