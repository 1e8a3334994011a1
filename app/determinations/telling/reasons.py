"""Why: every provision's status with its findings, what to do next, what to beware of.

A sentence stands in a finding only because its condition came out so; nothing here decides
anything.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from msgspec import UNSET

from app.determinations.again.other_editions import Decided, OtherEditions
from app.determinations.answer import (
    FactAnswer,
    FindingAnswer,
    NestedAnswer,
    NextStepAnswer,
    ReasonAnswer,
    ReasonStatus,
    Values,
)
from app.determinations.cases.case import Case
from app.determinations.facts.knowledge import Knowledge
from app.determinations.telling.conclude import Concluded, concluded
from app.determinations.telling.decisive import Decisive
from app.determinations.telling.paths import belongs
from app.determinations.telling.prepared import (
    PreparedCondition,
    PreparedLaw,
    PreparedProvision,
    fact_answer,
    word_for_facts,
)
from app.determinations.telling.wording import UNVERIFIED_WORDS, as_json, derived_in_words
from app.engine import Evaluation
from app.engine.evaluation import DECIDED
from app.law.facts import FactDefinition
from app.law.questions import Outcome
from app.law.standing import StandingProvision, StandingQuestion
from app.law.words import day_in_words

STATUS: dict[bool | None, ReasonStatus] = {
    True: "applies",
    False: "does_not_apply",
    None: "undetermined",
}
"""Whether a provision applies, as an answer says it."""
NeedsOf = Callable[[str], Sequence[FactDefinition]]
"""The facts still needed for a question that another uses."""


class Explained:
    """One question of an evaluated case: what it concludes, and which provisions decide it."""

    def __init__(
        self,
        standing: StandingQuestion,
        knowledge: Knowledge,
        evaluation: Evaluation,
        outcome: Outcome,
    ) -> None:
        self.standing, self.question, self.outcome = standing, standing.question, outcome
        self.concludes, self.per_provision, self.leader = concluded(
            standing, self.outcome, evaluation, knowledge
        )
        found = Decisive(knowledge.in_play.law, evaluation, knowledge.codes)
        self.deciding = found.of(standing, self.outcome, self.leader)
        """The provisions that decide, by index, in the order to tell them, each with the conditions
        on which that rests.
        """


class ReasonBuilder:
    """One evaluated case, put into words when somebody looks."""

    def __init__(
        self,
        prepared: PreparedLaw,
        knowledge: Knowledge,
        evaluation: Evaluation,
        outcome: Outcome,
        needs: NeedsOf,
        beside: OtherEditions,
        case: Case,
    ) -> None:
        """*outcome* is what was decided, which may be settled where the evaluation leaves it
        open.
        """
        self.case = case
        self.prepared, self.knowledge = prepared, knowledge
        self.evaluation, self.outcome = evaluation, outcome
        self.law, self.beside = knowledge.in_play.law, beside
        self._find_needs = needs
        self._needs: dict[str, Sequence[FactDefinition]] = {}
        self.word_for = word_for_facts(knowledge)
        self._explained: dict[str, Explained] = {}
        self._findings: dict[int, FindingAnswer] = {}
        self._nested: dict[str, NestedAnswer] = {}

    def needs(self, question: str) -> Sequence[FactDefinition]:
        """The facts still needed for a question that another uses."""
        if question not in self._needs:
            self._needs[question] = self._find_needs(question)
        return self._needs[question]

    def outcome_of(self, question: str) -> Outcome:
        """The outcome of the question asked or of one that it uses."""
        if question == self.law.asked.question.id:
            return self.outcome
        return self.evaluation.outcomes[question]

    def explained(self, question: str) -> Explained:
        """What decides a question."""
        if question not in self._explained:
            self._explained[question] = Explained(
                self.law.by_question[question],
                self.knowledge,
                self.evaluation,
                self.outcome_of(question),
            )
        return self._explained[question]

    def says(self, question: str, outcome: Outcome, concludes: Concluded) -> str:
        """The sentence of an outcome; the brief one where the other would have a gap left."""
        asked = self.law.by_question[question].question

        def word_for(name: str) -> str:
            is_concluded = name in asked.concludes
            return derived_in_words(concludes.get(name)) if is_concluded else self.word_for(name)

        filled = self.prepared.says[question][outcome].fill_if_known(word_for)
        return asked.brief(outcome) if filled is None else filled

    # --- reasons ---

    def reasons(self, question: str) -> tuple[ReasonAnswer, ...]:
        """Every provision's status with all its findings: those that decide first, then the others,
        those that apply before those that do not.
        """
        explained, provisions = self.explained(question), self.prepared.provisions
        applies = self.evaluation.provision
        others = [
            standing.index
            for standing in explained.standing.provisions
            if standing.index not in explained.deciding
            and (standing.effect != "cautions" or applies(standing.index))
        ]
        others.sort(key=lambda index: not applies(index))
        return tuple(
            [self.reason(explained, provisions[i]) for i in (*explained.deciding, *others)]
        )

    def decisive_reasons(self, question: str) -> tuple[ReasonAnswer, ...]:
        """The provisions that decide, without the reasons of the questions they use."""
        explained, prepared = self.explained(question), self.prepared.provisions
        return tuple(
            [self.reason(explained, prepared[i], nested=False) for i in explained.deciding]
        )

    def reason(
        self, explained: Explained, prepared: PreparedProvision, nested: bool = True
    ) -> ReasonAnswer:
        """One provision's status with all its findings, and the determinations of the questions it
        uses where *nested* ones are wanted.
        """
        provision, index = prepared.provision, prepared.index
        concludes = explained.per_provision.get(index)
        sources = {n: s for n, s in prepared.sources.items() if concludes and n in concludes}
        text_missing = provision.text_missing if self.is_text_missing(prepared.standing) else None
        return ReasonAnswer(
            provision.id,
            provision.title,
            prepared.effect,
            self.status(index),
            index in explained.deciding,
            prepared.citation,
            prepared.standing.evidence,
            tuple([self.finding(condition, nested) for condition in prepared.conditions]),
            index == explained.leader,
            values_answer(concludes) if concludes else UNSET,
            sources or UNSET,
            text_missing or UNSET,
            self.unverified(prepared) or UNSET,
        )

    def unverified(self, prepared: PreparedProvision) -> str | None:
        """That a source was not read well, if so: of a day in a calendar, that of its period; of
        anything else, that of the provision.
        """
        for condition in prepared.conditions:
            evidence, calendar = prepared.standing.evidence, condition.calendar
            day = self.knowledge.values.get(condition.fact.name)
            if calendar is not None and isinstance(day, date):
                evidence = calendar.evidence_for(day)
            if evidence in UNVERIFIED_WORDS:
                return UNVERIFIED_WORDS[evidence]
        return None

    def status(self, index: int) -> ReasonStatus:
        """Whether a provision applies."""
        return STATUS[self.evaluation.provision(index)]

    def finding(self, prepared: PreparedCondition, with_reasons: bool = True) -> FindingAnswer:
        """One condition's status; where it looks at another question, with that question's
        determination unless its reasons are not wanted.
        """
        condition = prepared.condition
        truth = self.evaluation.condition(condition.index)
        question = self.behind(prepared.fact.name) if prepared.looks_at_outcome else None
        if question is not None:
            outcome = self.evaluation.outcomes.get(question)
            nested = self.nested(question) if with_reasons else None
            return prepared.nested(truth, outcome, nested, self.word_for)
        found = self._findings.get(condition.index)
        if found is None:
            found = prepared.finding(truth, self.knowledge, self.word_for)
            self._findings[condition.index] = found
        return found

    def is_text_missing(self, provision: StandingProvision) -> bool:
        """Whether all that is known of a provision holds, and its text is what is missing."""
        if provision.provision.text_missing is None:
            return False
        truth = self.evaluation.condition
        return any(all(truth(index) for index in path) for path in provision.path_indexes)

    def nested(self, question: str) -> NestedAnswer | None:
        """The determination of a question that another uses; none where it is not encoded."""
        if question not in self.law.by_question:
            return None
        if question not in self._nested:
            explained = self.explained(question)
            needed = self.needs(question) if explained.outcome == "undetermined" else ()
            self._nested[question] = NestedAnswer(
                question,
                explained.outcome,
                self.says(question, explained.outcome, explained.concludes),
                self.reasons(question),
                facts_answer(needed),
                values_answer(explained.concludes),
            )
        return self._nested[question]

    def behind(self, name: str) -> str | None:
        """The question decided here whose outcome a fact is: that of this name unless the caller
        stated it, or the one that a flag follows from.
        """
        if name in self.knowledge.stated:
            return None
        if name in self.law.flags:
            return self.knowledge.follows(name, self.evaluation.outcomes)
        return name if name in self.law.by_question else None

    def _used_by(self, provision: StandingProvision) -> Iterator[str]:
        """The questions decided here whose outcomes a provision looks at."""
        for name in provision.looks_at:
            question = self.behind(name)
            if question is not None:
                yield question

    # --- what to do, what to beware of ---

    def next_steps(self, question: str) -> tuple[NextStepAnswer, ...]:
        """The next steps of the provisions, then those of the outcome itself."""
        steps = self._steps_of_provisions(question)
        explained = self.explained(question)
        for own in explained.question.outcome_next_steps.get(explained.outcome, ()):
            steps[str(own.says), own.question] = None
        return tuple(NextStepAnswer(says, link or UNSET) for says, link in steps)

    def _steps_of_provisions(self, question: str) -> dict[tuple[str, str | None], None]:
        """The next steps of the provisions that the outcome rests on, in that order, and
        of the others with the same effect (each of them has to be dealt with); those of what to
        beware of where the outcome is not the favorable one.
        """
        explained = self.explained(question)
        favorable = explained.question.favorable
        effect = {"eligible": "grants", "ineligible": "bars"}.get(explained.outcome)
        steps: dict[tuple[str, str | None], None] = {}
        place = {index: number for number, index in enumerate(explained.deciding)}
        for provision in sorted(
            explained.standing.provisions, key=lambda p: place.get(p.index, len(place))
        ):
            counts = (
                provision.index in explained.deciding
                or (provision.effect == effect and self.evaluation.provision(provision.index))
                or (provision.effect == "cautions" and explained.outcome != favorable)
            )
            prepared = self.prepared.provisions[provision.index]
            if counts and prepared.next_steps:
                truth, status = self.evaluation.condition, self.evaluation.provision
                applies = status(provision.index)
                for step, says in prepared.next_steps:
                    if step.on == STATUS[applies] and belongs(step, provision, truth, applies):
                        steps[says, step.question] = None
            if counts and explained.outcome == "referred":
                for used in self._used_by(provision):
                    if self.outcome_of(used) == "referred":
                        nested = self.next_steps(used)
                        steps |= {(s.says, s.question or None): None for s in nested}
            if place.get(provision.index) == 0 and explained.outcome == explained.question.adverse:
                steps |= self._steps_behind(provision)
        return steps

    def _steps_behind(self, provision: StandingProvision) -> dict[tuple[str, str | None], None]:
        """What the provisions of the questions that it uses tell somebody to do who was denied
        there: the nearest ground lies behind the outcome of another question.
        """
        steps: dict[tuple[str, str | None], None] = {}
        for used in self._used_by(provision):
            explained = self.explained(used)
            if explained.outcome == explained.question.adverse:
                steps |= self._steps_of_provisions(used)
        return steps

    def cautions_of(self, question: str) -> tuple[str, ...]:
        """The cautions of the question asked, each once, and what other editions would say."""
        own = (*self.forecast(), *self.overridden(), *self.cautions(question, set()))
        own = tuple(dict.fromkeys(own))
        return self.beside.around(own, self.decided(question))

    def decided(self, question: str) -> Decided:
        """The outcome of the question asked, with what it concludes."""
        return Decided(self.outcome, self.explained(question).concludes)

    def later_answer(self, question: str) -> str:
        """What a later edition answers, where it answers otherwise and the caller named none."""
        if self.case.edition_named:
            return ""
        return self.beside.later_answer(self.decided(question))

    def forecast(self) -> Iterator[str]:
        """That the day asked about is still to come, where it is."""
        made_on, as_of = self.case.decided_on, self.case.as_of
        if made_on is not None and as_of > made_on:
            yield (
                f"{day_in_words(as_of)} is in the future: this is a forecast, made on "
                f"{day_in_words(made_on)}. The law and the facts may change before then."
            )

    def overridden(self) -> Iterator[str]:
        """That a flag was stated otherwise than it would follow from what else was stated."""
        for name, question in self.law.flags.items():
            stated, outcome = self.knowledge.stated.get(name), self.evaluation.outcomes[question]
            follows = outcome == "eligible"
            if stated is not None and outcome in DECIDED and stated != follows:
                fact = self.knowledge.in_play.stated[name]
                yield (
                    f"“{fact.label}” is answered with {fact.in_words(stated)}. By other answers it "
                    f"would be {fact.in_words(follows)}. The answer that was given counts."
                )

    def cautions(self, question: str, seen: set[str]) -> Iterator[str]:
        """The cautions of the provisions that apply, and what could not be read; those of used
        questions too, unless they were *seen*.
        """
        seen.add(question)
        status = self.evaluation.provision
        for provision in self.law.by_question[question].cautioning:
            prepared = self.prepared.provisions[provision.index]
            if prepared.caution is not None and status(provision.index):
                yield prepared.caution.fill(self.word_for)
            if provision.lacks_text and self.is_text_missing(provision):
                yield str(provision.provision.text_missing)
            for used in self._used_by(provision):
                if used not in seen:
                    yield from self.cautions(used, seen)
        yield from self._moved_days(question)

    def _moved_days(self, question: str) -> Iterator[str]:
        """That a last day moved, of the provisions that apply and of those that could have barred;
        that it may have moved in a part of the state, of the grants that failed.
        """
        asked, values = self.law.by_question[question], self.knowledge.values
        for provision in self.prepared.with_limits:
            applies = self.evaluation.provision(provision.index)
            if applies is None or self.law.question_of[provision.index] is not asked:
                continue
            is_denied = provision.effect == "grants" and not applies
            found = [
                limit.local_caution(values) if is_denied else limit.caution(values)
                for limit in provision.limits
            ]
            yield from filter(None, found)


def values_answer(concludes: Concluded) -> Values:
    """Conclusions as JSON carries them."""
    return {name: as_json(value) for name, value in concludes.items()}


def facts_answer(needs: Sequence[FactDefinition]) -> tuple[FactAnswer, ...]:
    """Facts to be asked for."""
    return tuple(fact_answer(fact) for fact in needs)
