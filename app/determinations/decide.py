"""decide: a case → a determination with every reason."""

from app.determinations.alternatives import alternatives
from app.determinations.case import Case
from app.determinations.knowledge import FactsInPlay, Knowledge
from app.determinations.model import Determination
from app.determinations.other_days import OtherDays
from app.determinations.other_editions import OtherEditions
from app.determinations.reasons import Telling
from app.determinations.what_if import WhatIf
from app.engine import Engine
from app.law.errors import LawNotEncoded
from app.law.lawbook import Lawbook
from app.law.standing import StandingLaw


class Decider:
    """Decides cases under one lawbook with one engine. Safe to share between threads."""

    def __init__(self, lawbook: Lawbook, engine: Engine | None = None) -> None:
        self.lawbook, self.engine = lawbook, engine or Engine()
        self._in_play: dict[int, FactsInPlay] = {}

    def prepare(self) -> None:
        """Compile the law of every question on every day, before anybody asks.

        Raises:
            TooLarge: the engine cannot carry some of it.
        """
        for edition in self.lawbook.editions:
            for question in self.lawbook.questions:
                for day in self.lawbook.boundaries(question, edition):
                    try:
                        law = self.lawbook.standing(question, day, edition)
                    except LawNotEncoded:
                        continue
                    self.engine.prepare([law])
                    self.facts_in_play(law)

    def facts_in_play(self, law: StandingLaw) -> FactsInPlay:
        """The facts that a standing law looks at."""
        in_play = self._in_play.get(id(law))
        if in_play is None or in_play.law is not law:
            in_play = self._in_play[id(law)] = FactsInPlay(self.lawbook, law)
        return in_play

    def decide(self, case: Case) -> Determination:
        """The determination of a case.

        Raises:
            LawNotEncoded: the day's law is not encoded.
            EngineFault: the engine failed or is contradicted; nothing is issued.
        """
        law = self.lawbook.standing(case.question, case.as_of, case.edition)
        knowledge = Knowledge.of(self.facts_in_play(law), case.facts)
        evaluation = self.engine.evaluate(law, knowledge.codes)
        decided = Telling(self.lawbook, law, knowledge, evaluation, case.as_of).determination(
            law.asked
        )
        days = OtherDays(
            self.lawbook,
            self.facts_in_play,
            case.question,
            case.edition,
            case.facts,
            knowledge.codes_of_stated,
        )
        other = alternatives(WhatIf(law, knowledge, case.as_of), days, case.as_of)
        cautions = OtherEditions(
            self.lawbook, self.facts_in_play, case, knowledge, decided
        ).cautions()
        return decided._replace(
            facts=dict(case.facts),
            cautions=cautions,
            would_change=other.would_change,
            valid_until=other.valid_until,
            valid_until_because=other.because,
            law_digest=self.lawbook.digest,
            law_in_force=law.provision_ids,
        )
