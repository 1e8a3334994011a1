"""What a standing law says of a case, prepared as far as the law alone allows.

A finding on a flag, a choice or an unknown fact is a constant, made once; one with a day or a
number fills the gaps that are left. Nothing here decides anything.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from msgspec import UNSET, UnsetType

from app.determinations.answer import (
    FactAnswer,
    FindingAnswer,
    NestedAnswer,
    Source,
)
from app.determinations.facts.facts_in_play import FactsInPlay
from app.determinations.facts.knowledge import Knowledge
from app.determinations.telling.moved_days import limit_of
from app.determinations.telling.wording import (
    NOT_STATED,
    as_json,
    citation_answer,
    derived_in_words,
    required_as_json,
    required_in_words,
    source_answer,
    value_in_words,
)
from app.law.calendars import StandingCalendar
from app.law.facts import FactDefinition, Value
from app.law.provision import Deadline
from app.law.questions import Outcome
from app.law.running_text import filled
from app.law.sentences import Sentence
from app.law.standing import StandingCondition, StandingProvision
from app.law.words import day_in_words

WordFor = Callable[[str], str]


class Template:
    """A sentence whose constant gaps are filled; the others are filled for each case."""

    __slots__ = ("_names", "_texts", "constant")

    def __init__(self, sentence: Sentence, constants: Mapping[str, str], end: str = "") -> None:
        texts, names = [sentence.texts[0]], list[str]()
        for name, text in zip(sentence.names, sentence.texts[1:], strict=True):
            if name in constants:
                texts[-1] += constants[name] + text
            else:
                names.append(name)
                texts.append(text)
        texts[-1] += end
        self._texts, self._names = texts, names
        self.constant = None if names else _capital(texts[0]) if sentence.names else texts[0]

    def fill(self, word_for: WordFor) -> str:
        """The sentence, its first letter large."""
        if self.constant is not None:
            return self.constant
        parts = [self._texts[0]]
        for name, text in zip(self._names, self._texts[1:], strict=True):
            parts.append(word_for(name))
            parts.append(text)
        return _capital("".join(parts))

    def fill_if_known(self, word_for: WordFor) -> str | None:
        """The sentence, or None where a word that belongs into it is not known."""
        if NOT_STATED in map(word_for, self._names):
            return None
        return self.fill(word_for)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def word_for_facts(knowledge: Knowledge) -> WordFor:
    """What to write for a fact's name: its value in words, or that it was not stated."""
    definitions, values = knowledge.in_play.definitions, knowledge.values

    def word_for(name: str) -> str:
        value, fact = values.get(name), definitions.get(name)
        if value is None:
            return NOT_STATED
        return fact.in_words(value) if fact else derived_in_words(value)

    return word_for


class PreparedCondition:
    """What is said of one condition."""

    def __init__(
        self,
        in_play: FactsInPlay,
        provision: StandingProvision,
        condition: StandingCondition,
        path: str | None,
    ) -> None:
        self.condition, self.fact = condition, condition.fact
        self.looks_at_outcome = condition.is_nested or self.fact.name in in_play.law.flags
        """Whether it looks at the outcome of another question, by name or through a flag."""
        self._inputs = in_play.inputs_of(condition)
        self._labels = {n: in_play.definitions[n].label for n in self._inputs}
        self._path: str | UnsetType = path or UNSET
        required = condition.required
        self.calendar = required if isinstance(required, StandingCalendar) else None
        self._required = None if self.calendar else required_as_json(required, None)
        constants = {name: derived_in_words(v) for name, v in provision.parameters.items()}
        if self.calendar is None:
            constants["required"] = required_in_words(condition, None)
        written = condition.condition
        self._met = Template(written.met, constants)
        self._not_met = Template(written.not_met, constants)
        self._words = filled(written.words, provision.parameters)
        self.limit = limit_of(in_play.deriving.holidays, provision, condition)
        self._to_a_person = f"Left to a person to decide: {self.fact.label}"
        self._unknown = self._make(None, None, None, self._unknown_words(()))
        self._few = dict(self._each_value()) if self.fact.kind.is_listed else {}

    def _each_value(self) -> Iterator[tuple[tuple[Value, Source], FindingAnswer]]:
        """The findings on each value of a fact that has few, where no other fact stands in the
        sentence.
        """
        fact = self.fact
        sources: tuple[Source, ...] = ("stated", "presumed") if fact.presumed else ("stated",)
        for code in range(fact.last_code + 1):
            value, truth = fact.value(code), code in self.condition.accepts
            if fact.kind.is_outcome and value == "referred":
                yield (value, "stated"), self._make(None, value, "stated", self._to_a_person)
                continue
            constants = {"value": fact.in_words(value)}
            template = self._met if truth else self._not_met
            try:
                says = template.fill(constants.__getitem__)
            except KeyError:
                continue
            for source in sources:
                yield (value, source), self._make(truth, value, source, says)

    def _make(
        self,
        truth: bool | None,
        value: Value | None,
        source: Source | None,
        says: str,
        computed_from: dict[str, object] | UnsetType = UNSET,
        determination: NestedAnswer | UnsetType = UNSET,
    ) -> FindingAnswer:
        written, required = self.condition.condition, self._required
        if self.calendar is not None:
            required = required_as_json(self.calendar, value if isinstance(value, date) else None)
        return FindingAnswer(
            written.id,
            self._words,
            self.fact.name,
            written.operator,
            as_json(value),
            required,
            "met" if truth else "unknown" if truth is None else "not_met",
            says,
            source,
            self._path,
            computed_from,
            determination,
        )

    def finding(self, truth: bool | None, knowledge: Knowledge, word_for: WordFor) -> FindingAnswer:
        """The finding where the fact was stated, presumed or computed, or is unknown."""
        fact, values = self.fact, knowledge.values
        computed_from: dict[str, object] | UnsetType = UNSET
        if fact.computed is not None:
            computed_from = {name: as_json(values.get(name)) for name in self._inputs}
        value = values.get(fact.name)
        source = knowledge.source_of(fact)
        found = self._few.get((value, source)) if value is not None and source else None
        if found is not None:
            return found
        if truth is None or value is None:
            if computed_from is UNSET:
                return self._unknown
            missing = tuple(name for name in self._inputs if name not in values)
            return self._make(None, None, None, self._unknown_words(missing), computed_from)
        says = self._sentence(truth, value, self._with_last_day(values, word_for))
        moved = self.limit.moved_in_words(values) if self.limit is not None else None
        if moved is not None:
            says = f"{says} {moved}"
        return self._make(truth, value, source, says, computed_from)

    def _with_last_day(self, values: Mapping[str, Value], word_for: WordFor) -> WordFor:
        limit = self.limit
        if limit is None:
            return word_for

        def last_day_or_fact(name: str) -> str:
            if name != "last_day":
                return word_for(name)
            last_day = limit.last_day(values)
            return NOT_STATED if last_day is None else day_in_words(last_day)

        return last_day_or_fact

    def nested(
        self,
        truth: bool | None,
        outcome: Outcome | None,
        determination: NestedAnswer | None,
        word_for: WordFor,
    ) -> FindingAnswer:
        """The finding on another question's outcome, or on a flag that follows from it, with that
        question's determination where it is wanted; without an outcome where the question is not
        encoded.
        """
        if outcome is None:
            return self._unknown
        value: Value | None = outcome
        if not self.condition.is_nested:
            value = None if outcome == "referred" else outcome == "eligible"
        if truth is None or value is None:
            is_referred = outcome == "referred"
            says = self._to_a_person if is_referred else self._unknown_words(())
        else:
            says = self._sentence(truth, value, word_for)
        return self._make(truth, value, "determined", says, UNSET, determination or UNSET)

    def _sentence(self, truth: bool, value: Value, known: WordFor) -> str:
        day = value if isinstance(value, date) else None

        def word_for(name: str) -> str:
            if name == "value":
                return value_in_words(self.condition, value)
            if name == "required":
                return required_in_words(self.condition, day)
            return known(name)

        return (self._met if truth else self._not_met).fill(word_for)

    def _unknown_words(self, missing: tuple[str, ...]) -> str:
        """What to say of a condition that cannot be found met or not met."""
        if self.condition.is_nested:
            return f"Not determined: {self.fact.label}"
        if self.fact.computed is None:
            missing = self._inputs
        if not missing:
            return f"Cannot be worked out: {self.fact.label}."
        return f"Not stated: {' '.join(self._labels[name] for name in missing)}"


class PreparedProvision:
    """What is said of one provision."""

    def __init__(self, in_play: FactsInPlay, standing: StandingProvision) -> None:
        self.standing, self.provision = standing, standing.provision
        self.index, self.effect = standing.index, standing.effect
        self.citation = citation_answer(standing.citation)
        self.conditions = tuple(
            PreparedCondition(in_play, standing, condition, name)
            for (name, _), path in zip(self.provision.paths.items(), standing.paths, strict=True)
            for condition in path
        )
        self.limits = tuple(c.limit for c in self.conditions if c.limit is not None)
        self.sources = {name: source_answer(s) for name, s in self.provision.sources.items()}
        constants = {name: derived_in_words(v) for name, v in standing.parameters.items()}
        caution = self.provision.caution
        self.caution = Template(caution, constants) if caution is not None else None
        self.deadlines = tuple(PreparedDeadline(d, constants) for d in self.provision.deadlines)
        self.next_steps = tuple(
            (step, step.says.fill(constants.__getitem__)) for step in self.provision.next_steps
        )


class PreparedDeadline:
    """What is said of one deadline."""

    def __init__(self, deadline: Deadline, constants: Mapping[str, str]) -> None:
        self.on, self.by = deadline.on, deadline.by
        self.do = Template(deadline.do, constants)
        self.why = Template(deadline.why, constants) if deadline.why is not None else None


class PreparedLaw:
    """What a standing law can say."""

    def __init__(self, in_play: FactsInPlay) -> None:
        law, self.in_play = in_play.law, in_play
        self.provisions = tuple(PreparedProvision(in_play, p) for p in law.provisions)
        self.with_limits = tuple(p for p in self.provisions if p.limits)
        self.with_deadlines = tuple(p.index for p in self.provisions if p.deadlines)
        self.says = {
            question.question.id: {
                outcome: Template(sentence, {})
                for outcome, sentence in question.question.says.items()
            }
            for question in law.questions
        }


def fact_answer(fact: FactDefinition) -> FactAnswer:
    """A fact to be asked for."""
    choices = dict(fact.choices) if fact.choices else UNSET
    return FactAnswer(fact.name, fact.type, fact.label, fact.unit or UNSET, choices)
