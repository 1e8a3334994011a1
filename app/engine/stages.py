"""A compiled program, put to the rules stage by stage.

The rules do the deciding; this carries what fired from one stage to the next. Every message of
every case is posted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.engine.compiler import (
    MATCHES_AT_MOST,
    Meaning,
    Program,
    condition_property,
    month_property,
    path_property,
    provision_property,
)
from app.engine.evaluation import DECIDED, OUTCOME_CODES, OUTCOMES_BY_CODE, Evaluation
from app.engine.session import Ruleset, Session, property
from app.law.calendars import StandingCalendar
from app.law.questions import Outcome
from app.law.standing import StandingLaw, StandingProvision, StandingQuestion

Truths = tuple[tuple[int, str, str], ...]
"""Conditions or provisions as bits, each with what is written where it is false and where true."""


class _Fact(NamedTuple):
    """How a fact's code is written: what stands before it, and before its month and day where
    these count too.

    *weight* is how many tests a message meets at most because of it.
    """

    name: str
    written: str
    weight: int
    of_year: tuple[tuple[str, StandingCalendar], ...]


class _Used(NamedTuple):
    """A name under which a question's outcome is looked at, its own or that of a flag: how that is
    written, with the codes of eligible and ineligible.
    """

    question: str
    fact: str
    written: str
    codes: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Stage:
    """The provisions of one depth: what is posted, and in which messages."""

    questions: tuple[str, ...]
    findings: tuple[Truths, ...]
    several: tuple[tuple[str, ...], ...]
    together: tuple[Truths, ...]


@dataclass(frozen=True, slots=True)
class Stages:
    """A ruleset and the stages of the questions it decides.

    *used* are the ways in which questions look at the outcomes of others, *alike* the conditions
    that make the same test, as bits.
    """

    ruleset: Ruleset
    stages: tuple[_Stage, ...]
    facts: tuple[_Fact, ...]
    used: tuple[_Used, ...]
    alike: Mapping[int, int]

    @classmethod
    def of(cls, law: StandingLaw, ruleset: Ruleset) -> "Stages":
        """What is posted to a ruleset for a standing law."""
        program = ruleset.program
        properties = program.fact_properties
        facts = tuple(
            _Fact(
                fact,
                f'"{name}":',
                program.weight_of(fact),
                tuple(
                    (f'"{month_property(name, number)}":', calendar)
                    for number, calendar in enumerate(program.recurring.get(fact, ()))
                ),
            )
            for fact, name in properties.items()
        )
        used = tuple(
            _Used(id, look.fact, properties[look.fact], (look.eligible, look.ineligible))
            for id, looks in law.looks.items()
            for look in looks
            if look.fact in properties
        )
        alike = {
            indexes[0]: sum(1 << index for index in indexes) for indexes in program.alike.values()
        }
        return cls(ruleset, tuple(_stages(law, program)), facts, used, alike)

    def run(self, codes: Mapping[str, int]) -> Evaluation:
        """What the rules make of the facts whose codes are known.

        Raises:
            EngineFault: the engine refused a message or fired without end.
        """
        session = self.ruleset.open()
        try:
            return _Run(self, session).through(codes)
        finally:
            self.ruleset.close(session)


def _stages(law: StandingLaw, program: Program) -> Iterator[_Stage]:
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
            ids = tuple(question.question.id for question in questions)
            yield _Stage(ids, _findings(provisions, program), several, _together(questions))


def _findings(provisions: Iterable[StandingProvision], program: Program) -> tuple[Truths, ...]:
    """The findings of whole provisions, as many together as a message may hold; each once in a
    message.
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
    return tuple((1 << index, property(name, 0), property(name, 1)) for index, name in named)


class _Run:
    """One decision."""

    def __init__(self, of: Stages, session: Session) -> None:
        self.of, self.session = of, session
        self.met = self.known = self.applies = self.fails = 0

    def through(self, codes: Mapping[str, int]) -> Evaluation:
        outcomes: dict[str, Outcome] = {}
        for message in self.fact_messages(codes):
            self.take_findings(self.session.post(message))
        for stage in self.of.stages:
            self.decide_provisions(stage)
            outcomes.update(self.outcomes(stage))
            self.take_findings(self.session.post(list(self.newly_used(stage, outcomes, codes))))
        return Evaluation(self.met, self.known, self.applies, self.fails, outcomes)

    def fact_messages(self, codes: Mapping[str, int]) -> Iterator[list[str]]:
        """The codes of the facts that are known, in as many messages as it takes for none to meet
        too many tests.
        """
        message: list[str] = []
        met = 1  # the catch-all
        for name, written, weight, of_year in self.of.facts:
            code = codes.get(name)
            if code is None:
                continue
            if message and met + weight > MATCHES_AT_MOST:
                yield message
                message, met = [], 1
            met += weight
            message.append(f"{written}{code}")
            for property_written, calendar in of_year:
                message.append(f"{property_written}{calendar.month_and_day(code)}")
        yield message

    def take_findings(self, fired: Iterable[Meaning]) -> None:
        """Enter the conditions that fired as met or not met."""
        for meaning in fired:
            bits = self.of.alike[meaning.index]
            self.known |= bits
            if meaning.value:
                self.met |= bits

    def decide_provisions(self, stage: _Stage) -> None:
        """Enter the provisions that apply and those that do not."""
        paths: dict[str, int] = {}
        for findings in stage.findings:
            for meaning in self.session.post(_written(findings, self.met, self.known)):
                if meaning.means == "path":
                    paths[f"h{meaning.key}"] = meaning.value
                else:
                    self.take_provision(meaning)
        for names in stage.several:
            known = [property(name, paths[name]) for name in names if name in paths]
            for meaning in self.session.post(known):
                self.take_provision(meaning)

    def take_provision(self, meaning: Meaning) -> None:
        if meaning.value:
            self.applies |= 1 << meaning.index
        else:
            self.fails |= 1 << meaning.index

    def outcomes(self, stage: _Stage) -> dict[str, Outcome]:
        """The outcomes of a stage's questions."""
        fired: dict[str, set[int]] = {}
        known = self.applies | self.fails
        for together in stage.together:
            for meaning in self.session.post(_written(together, self.applies, known)):
                fired.setdefault(meaning.key, set()).add(meaning.value)
        return {
            id: OUTCOMES_BY_CODE[min(fired[id])] if id in fired else "undetermined"
            for id in stage.questions
        }

    def newly_used(
        self, stage: _Stage, outcomes: Mapping[str, Outcome], stated: Mapping[str, int]
    ) -> Iterator[str]:
        """The outcomes of a stage that other questions look at and that no caller stated."""
        for question, fact, name, codes in self.of.used:
            is_new = question in stage.questions and fact not in stated
            if is_new and outcomes[question] in DECIDED:
                yield property(name, codes[OUTCOME_CODES[outcomes[question]]])


def _written(truths: Truths, true: int, known: int) -> list[str]:
    """Those that are known, as they stand in a message."""
    return [yes if true & bit else no for bit, no, yes in truths if known & bit]
