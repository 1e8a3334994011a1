"""Findings: a condition's status put into words.

A sentence stands in a finding only because its condition came out so; nothing here decides
anything. The same condition with the same values reads the same, so reasons are remembered by the
facts that bear on them.
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from operator import itemgetter

from app.determinations.knowledge import FactsInPlay, Knowledge
from app.determinations.model import Determination, Finding, FindingStatus, Reason
from app.determinations.wording import (
    UNVERIFIED_WORDS,
    derived_in_words,
    facts_in_words,
    fill,
    required_in_words,
)
from app.law.calendars import StandingCalendar
from app.law.facts import Computation, Value
from app.law.provision import Conclusion
from app.law.standing import StandingCondition, StandingProvision, StandingQuestion
from app.remembered import Remembered

_STATUS: dict[bool | None, FindingStatus] = {True: "met", False: "not_met", None: "unknown"}


class _Behind:
    """The facts that bear on something, looked up for one applicant after another."""

    __slots__ = ("_presumed", "_values", "names")

    def __init__(self, in_play: FactsInPlay, names: tuple[str, ...]) -> None:
        self.names = names
        self._values: Callable[[Mapping[str, Value | None]], object] = (
            itemgetter(*names) if names else lambda _: ()
        )
        self._presumed = [name for name in names if name in in_play.presumed]

    def key(self, knowledge: Knowledge) -> Hashable:
        """Their values, and which of those that the law presumes were stated: the same key, the
        same words.
        """
        values = self._values(knowledge.looked_up)
        return (
            (values, *[name in knowledge.stated for name in self._presumed])
            if self._presumed
            else values
        )


def _facts_computed_with(*conclusions: Mapping[str, Conclusion]) -> dict[str, None]:
    """The facts that conclusions are worked out from."""
    written = (conclusion for some in conclusions for conclusion in some.values())
    return {
        name: None
        for conclusion in written
        if isinstance(conclusion, Computation)
        for name in conclusion.fact_names
    }


class Findings:
    """The findings that a standing law can give."""

    def __init__(self, in_play: FactsInPlay) -> None:
        self.in_play = in_play
        law = in_play.law
        self._paths = [
            name or None
            for provision in law.provisions
            for name, path in provision.provision.paths.items()
            for _ in path
        ]  # fmt: skip
        self._looked_at = [
            _Behind(in_play, self._facts_behind(provision)) for provision in law.provisions
        ]
        self._reasons: list[Remembered[Reason]] = [Remembered() for _ in law.provisions]
        self._questions = [self._behind_question(question) for question in law.questions]
        self._is_remembered = [self._remembers(provision.uses) for provision in law.provisions]
        self._determinations: list[Remembered[Determination]] = [
            Remembered() for _ in law.questions
        ]

    @classmethod
    def of(cls, in_play: FactsInPlay) -> "Findings":
        """The findings of a standing law, made once."""
        return in_play.remember("findings", lambda: cls(in_play))

    def _facts_behind(self, provision: StandingProvision) -> tuple[str, ...]:
        """Every fact that bears on what a provision's reason says, those behind other questions
        apart.
        """
        names: dict[str, None] = {}
        for condition in provision.conditions:
            written = condition.condition
            names.update(dict.fromkeys((condition.fact.name, *self.in_play.inputs_of(condition))))
            names.update(dict.fromkeys((*written.met.names, *written.not_met.names)))
        if provision.provision.caution is not None:
            names.update(dict.fromkeys(provision.provision.caution.names))
        names.update(
            _facts_computed_with(provision.provision.concludes, provision.provision.informs)
        )
        return tuple(name for name in names if name in self.in_play.definitions)

    def reason(
        self,
        provision: StandingProvision,
        marks: tuple[bool, bool],
        knowledge: Knowledge,
        nested: Callable[[str], Determination | None],
        make: Callable[[StandingProvision, tuple[bool, bool]], Reason],
    ) -> Reason:
        """A provision's reason: the same facts, the same marks and the same determinations inside
        give the same one.
        """
        index = provision.index
        if not self._is_remembered[index]:
            return make(provision, marks)
        key: Hashable = (marks, self._looked_at[index].key(knowledge))
        if provision.uses:
            # a kept reason keeps the determinations inside it, so their identities stay theirs
            key = (
                key,
                *[
                    id(nested(question))
                    for question in provision.uses
                    if question not in knowledge.stated
                ],
            )
        kept = self._reasons[index]
        return kept.find(key) or kept.keep(key, make(provision, marks))

    def _remembers(self, questions: tuple[str, ...]) -> bool:
        standing = self.in_play.law.by_question
        return all(
            q in standing and self._questions[standing[q].index] is not None for q in questions
        )

    def _behind_question(self, question: StandingQuestion) -> _Behind | None:
        """Every fact that bears on a used question's determination.

        None where it cannot be told by facts alone.
        """
        if any(provision.uses for provision in question.provisions):
            return None
        names = dict.fromkeys(
            name
            for provision in question.provisions
            for name in self._looked_at[provision.index].names
        )
        for sentence in question.question.says.values():
            names.update(dict.fromkeys(sentence.names))
        names.update(_facts_computed_with(*question.question.outcome_concludes.values()))
        return _Behind(
            self.in_play, tuple(name for name in names if name in self.in_play.definitions)
        )

    def determination(
        self,
        question: StandingQuestion,
        knowledge: Knowledge,
        as_of: date,
        make: Callable[[], Determination],
    ) -> Determination:
        """The determination of a question that another uses: the same facts on the same day give
        the same one.
        """
        behind = self._questions[question.index]
        if behind is None:
            return make()
        return self._determinations[question.index].get((as_of, behind.key(knowledge)), make)

    def plain(
        self, condition: StandingCondition, truth: bool | None, knowledge: Knowledge
    ) -> Finding:
        """The finding of a condition on a fact that was stated, presumed or computed."""
        fact, written = condition.fact, condition.condition
        presumed = not condition.is_nested and knowledge.is_presumed(fact.name)
        value = knowledge.values.get(fact.name)
        computed_from = (
            {n: knowledge.values.get(n) for n in self.in_play.inputs_of(condition)}
            if fact.computed
            else None
        )
        return Finding(
            condition=written.id,
            words=written.words,
            path=self._paths[condition.index],
            fact=fact.name,
            operator=written.operator,
            value=value,
            required=condition.required,
            status=_STATUS[truth],
            says=self._unknown(condition, knowledge)
            if truth is None
            else self._sentence(condition, truth, value, knowledge),
            source=None
            if value is None
            else "computed"
            if fact.computed
            else "presumed"
            if presumed
            else "stated",
            computed_from=computed_from,
        )

    def nested(
        self,
        condition: StandingCondition,
        truth: bool | None,
        determination: Determination | None,
        knowledge: Knowledge,
    ) -> Finding:
        """The finding of a condition on another question's outcome, with that question's
        determination.
        """
        written = condition.condition
        outcome = determination.outcome if determination is not None else None
        told = (
            f"Not determined: {condition.fact.label}"
            if truth is None
            else self._sentence(condition, truth, outcome, knowledge)
        )
        source = "determined" if determination is not None else None
        return Finding(
            written.id,
            written.words,
            self._paths[condition.index],
            condition.fact.name,
            written.operator,
            outcome,
            condition.required,
            _STATUS[truth],
            told,
            source,  # type: ignore[arg-type]
            None,
            determination,
        )

    def _sentence(
        self, condition: StandingCondition, truth: bool, value: Value | None, knowledge: Knowledge
    ) -> str:
        """What to say of a finding; it ends with a warning where its source was not verified."""
        provision: StandingProvision = self.in_play.law.provision_of[condition.index]
        known = facts_in_words(self.in_play.definitions, knowledge.values)

        def word_for(name: str) -> str:
            if name == "value" and value is not None:
                return condition.fact.in_words(value)
            if name == "required":
                return required_in_words(condition, value if isinstance(value, date) else None)
            if name in provision.parameters:
                return derived_in_words(provision.parameters[name])
            return known(name)

        told = fill(condition.condition.met if truth else condition.condition.not_met, word_for)
        evidence = provision.provision.evidence
        if isinstance(condition.required, StandingCalendar) and isinstance(value, date):
            evidence = condition.required.evidence_for(value)
        warning = UNVERIFIED_WORDS.get(evidence)
        return f"{told} {warning}" if warning else told

    def _unknown(self, condition: StandingCondition, knowledge: Knowledge) -> str:
        """What to say of a condition that cannot be found met or not met."""
        definitions = self.in_play.definitions
        missing = [
            definitions[n].label
            for n in self.in_play.inputs_of(condition)
            if n not in knowledge.values
        ]
        return (
            f"Not stated: {' '.join(missing)}"
            if missing
            else f"Cannot be worked out: {condition.fact.label}."
        )
