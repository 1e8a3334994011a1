"""decide: a case → a determination with every reason."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from app.determinations.again.other_editions import OtherEditions
from app.determinations.cases.case import Case
from app.determinations.cases.withheld import Withheld
from app.determinations.changes.alternatives import Alternative
from app.determinations.changes.other_days import OtherDays
from app.determinations.changes.what_if import WhatIf
from app.determinations.determination import Determination
from app.determinations.facts.facts_in_play import FactsInPlay
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.relevance import Relevance
from app.determinations.telling.prepared import PreparedLaw
from app.determinations.telling.reasons import ReasonBuilder
from app.engine import Engine, EngineFault
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.questions import Outcome
from app.law.standing import StandingLaw


class Settled(NamedTuple):
    """The outcome of a case, what is needed for one where there is none, the ways in which what is
    missing was told apart (*by*), and two that differ.
    """

    outcome: Outcome
    needs: tuple[FactDefinition, ...] = ()
    by: tuple[Mapping[str, Value], ...] = ()
    witnesses: tuple[Mapping[str, Value], ...] = ()


class Decider:
    """Decides cases under one lawbook with one engine. Safe to share between threads."""

    def __init__(self, lawbook: Lawbook, engine: Engine | None = None) -> None:
        self.lawbook, self.engine = lawbook, engine or Engine()
        self._in_play: dict[int, FactsInPlay] = {}
        self._prepared: dict[int, PreparedLaw] = {}
        self._alike: dict[tuple[object, ...], int] = {}

    def prepare(self) -> None:
        """Compile the law of every question on every day, before anybody asks.

        Raises:
            TooLarge: the engine cannot carry some of it.
        """
        for law in self._laws():
            self.engine.prepare([law])
            self.facts_in_play(law)

    def _laws(self) -> Iterator[StandingLaw]:
        for edition in self.lawbook.editions:
            for question in self.lawbook.questions:
                yield from self.lawbook.standing_laws(question, edition)

    def facts_in_play(self, law: StandingLaw) -> FactsInPlay:
        """The facts that a standing law looks at."""
        in_play = self._in_play.get(id(law))
        if in_play is None or in_play.law is not law:
            in_play = FactsInPlay(self.lawbook, law, self.engine.compiled(law))
            in_play.alike = self._alike.setdefault(law.key, len(self._alike))
            self._in_play[id(law)] = in_play
        return in_play

    def _prepared_law(self, in_play: FactsInPlay) -> PreparedLaw:
        prepared = self._prepared.get(id(in_play))
        if prepared is None or prepared.in_play is not in_play:
            prepared = self._prepared[id(in_play)] = PreparedLaw(in_play)
        return prepared

    def decide(self, case: Case) -> Determination:
        """The determination of a case.

        Raises:
            LawNotEncoded: the day's law is not encoded.
            EngineFault: the engine failed or is contradicted; nothing is issued.
            ValueError: it has several events.
        """
        if case.events:
            raise ValueError("several events are decided by decide_events")
        case, withheld, knowledge = self._known(case)
        in_play = knowledge.in_play
        evaluation = self.engine.evaluate(in_play.law, knowledge.codes)
        settled = self._settle(knowledge, evaluation.outcomes[case.question], withheld)
        codes, witnesses = knowledge.codes_of_stated, settled.witnesses
        days = OtherDays(self.lawbook, self.facts_in_play, case, codes, witnesses)
        here = WhatIf(knowledge, evaluation, withheld.curable_facts, withheld.facts)
        builder = ReasonBuilder(
            self._prepared_law(in_play),
            knowledge,
            evaluation,
            settled.outcome,
            lambda used: self._needs(knowledge, used),
            OtherEditions(self.lawbook, self.facts_in_play, knowledge, witnesses),
            case,
        )
        return Determination(
            knowledge,
            evaluation,
            settled.outcome,
            settled.needs,
            settled.by,
            withheld,
            Alternative(here, days, settled.outcome, withheld.doubted).find(),
            builder,
            here,
            days,
            self.lawbook.digest,
            case.found,
        )

    def _settle(self, knowledge: Knowledge, by_logic: Outcome, withheld: Withheld) -> Settled:
        """The outcome that all completions of what is missing share, and what else is known of them
        where three-valued logic leaves it open.

        Raises:
            EngineFault: the engine contradicts what was found.
        """
        if by_logic != "undetermined":
            return Settled(by_logic)
        relevance = Relevance(knowledge)
        leaves: tuple[Mapping[str, Value], ...] = ()
        if relevance.outcome != "undetermined":
            leaves = tuple(relevance.leaves())
            self._confirm(knowledge, relevance.outcome, leaves)
        needs = withheld.first(relevance.needs())
        return Settled(relevance.outcome, needs, leaves, relevance.witnesses())

    def _known(self, case: Case) -> tuple[Case, Withheld, Knowledge]:
        """A case with what was found beside its facts and without what does not count in it, that,
        and what is known under the law of its day.

        Raises:
            LawNotEncoded: that law is not encoded.
        """
        in_play = self.facts_in_play(self.lawbook.standing(case.question, case.as_of, case.edition))
        withheld = Withheld.of(self.lawbook, in_play, case)
        more = case.found.beside(case.facts) if case.found is not None else {}
        if withheld.facts or more:
            facts = {**more, **case.facts}
            left = {name: v for name, v in facts.items() if name not in withheld.facts}
            case = replace(case, facts=left)
        knowledge = Knowledge.of(in_play, case.facts, case.as_of)
        knowledge.found = frozenset(more)
        return case, withheld, knowledge

    def outcome_by_logic(self, case: Case) -> Outcome:
        """The outcome alone, of a case with one event at most; undetermined also where every
        completion of what is missing comes to the same.

        Raises:
            LawNotEncoded: the day's law is not encoded.
        """
        _, _, knowledge = self._known(case)
        return WhatIf(knowledge).outcome

    def _confirm(
        self, knowledge: Knowledge, outcome: Outcome, leaves: tuple[Mapping[str, Value], ...]
    ) -> None:
        """Put every way in which the missing facts were told apart to the engine.

        Raises:
            EngineFault: the engine comes to another outcome in one of them.
        """
        in_play, asked = knowledge.in_play, knowledge.in_play.law.asked.question.id
        for leaf in leaves:
            stated = {**knowledge.stated, **leaf}
            codes = Knowledge.of(in_play, stated, knowledge.as_of).codes
            found = self.engine.evaluate(in_play.law, codes).outcomes[asked]
            if found != outcome:
                raise EngineFault(f"{asked} is not settled as it was found to be")

    def _needs(self, knowledge: Knowledge, used: str) -> tuple[FactDefinition, ...]:
        """The facts that can change the outcome of a question that another uses."""
        edition = knowledge.in_play.law.edition
        law = self.lawbook.standing(used, knowledge.as_of, edition)
        in_play = self.facts_in_play(law)
        stated = knowledge.stated
        governing = knowledge.in_play.governing
        if governing in in_play.stated and governing not in stated:
            stated = {**stated, str(governing): knowledge.as_of}
        known = Knowledge.of(in_play, stated, knowledge.as_of)
        return Relevance(known).needs()
