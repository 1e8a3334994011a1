"""Everything the law says, and what of it stands on a day."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from app.law.calendars import Calendar
from app.law.edition_law import EditionLaw
from app.law.errors import LawNotEncoded, UnknownEdition, UnknownQuestion
from app.law.facts import Computation, FactDefinition, Value, Vocabulary
from app.law.holidays import LegalHolidays
from app.law.provision import (
    CalendarName,
    Condition,
    DatedValue,
    Parameter,
    ParameterName,
    Provision,
)
from app.law.questions import STATED_OUTCOMES, Edition, Question
from app.law.relations import Relations
from app.law.spans import FIRST_DAY, LAST_DAY, Span, day_after, day_before
from app.law.standing import (
    Required,
    StandingCondition,
    StandingLaw,
    StandingProvision,
    StandingQuestion,
    accepted_codes,
)
from app.law.uses import Uses
from app.law.words import day_in_words


@dataclass(frozen=True)
class Change:
    """Something that came into force, ended, was superseded, or a parameter that took another
    value, on a day.
    """

    on: date
    what: str
    provision: Provision | Calendar
    superseded_by: str | None = None
    parameter: Parameter | None = None
    value: DatedValue | None = None
    before: DatedValue | None = None
    """What the parameter was until then."""


def text_digest(texts: Mapping[str, str]) -> str:
    """The digest of a text of the law: file names and texts, each with its length, in the order of
    the names.
    """
    hashed = hashlib.sha256()
    for file, text in sorted(texts.items()):
        hashed.update(f"{len(file.encode())}:{file}{len(text.encode())}:{text}".encode())
    return f"sha256:{hashed.hexdigest()}"


class Lawbook:
    """All provisions, facts, calendars, questions and editions, each by its id.

    Build it through `app.law.reading.library`.
    """

    def __init__(
        self,
        provisions: Mapping[str, Provision],
        vocabulary: Vocabulary,
        questions: Mapping[str, Question],
        calendars: Mapping[str, Calendar],
        editions: Mapping[str, Edition],
        texts: Mapping[str, str],
        holidays: LegalHolidays | None = None,
    ) -> None:
        self.holidays = holidays = holidays or LegalHolidays()
        self.provisions, self.vocabulary, self.questions = provisions, vocabulary, questions
        self.calendars, self.editions, self.texts = calendars, editions, texts
        self._laws = {
            e.name: EditionLaw(e, provisions.values(), calendars.values(), holidays)
            for e in editions.values()
        }
        self._boundaries: dict[tuple[str, str], list[date]] = {}
        self._facts_of: dict[str, dict[str, FactDefinition]] = {}
        self._relations_of: dict[str, Relations] = {}
        self._standing: dict[tuple[str, str, date], StandingLaw] = {}

    @cached_property
    def digest(self) -> str:
        """A digest of the whole text of the law, file by file; the same text, the same digest."""
        return text_digest(self.texts)

    @cached_property
    def default_edition(self) -> str:
        """The edition used where the caller names none."""
        return next(
            (e.name for e in self.editions.values() if e.is_default), next(iter(self.editions))
        )

    def edition(self, name: str) -> EditionLaw:
        """What one edition contains.

        Raises:
            UnknownEdition: there is no edition of that name.
        """
        if name not in self._laws:
            raise UnknownEdition(name, list(self.editions))
        return self._laws[name]

    def question(self, id: str) -> Question:
        """A question by its id.

        Raises:
            UnknownQuestion: there is no such question.
        """
        if id not in self.questions:
            raise UnknownQuestion(id)
        return self.questions[id]

    def fact(self, name: str) -> FactDefinition:
        """A fact's definition.

        A question's id is a fact whose value is an outcome stated by the caller.
        """
        if name in self.questions:
            question = self.questions[name]
            return FactDefinition(
                name,
                "outcome",
                asks=question.asks,
                choices={o: o for o in STATED_OUTCOMES},
                place=question.places.start,
            )
        return self.vocabulary[name]

    @cached_property
    def uses(self) -> Uses:
        """Which questions look at the outcomes of which others."""
        return Uses.of(self.questions, self.provisions.values(), self._flags)

    @cached_property
    def _flags(self) -> dict[str, FactDefinition]:
        """The flags that follow from a question, by name."""
        return {fact.name: fact for fact in self.vocabulary if fact.follows_from}

    def with_used(self, question: str) -> list[str]:
        """A question and every question it uses, directly or not, used ones first; those too that
        it looks at through flags alone.
        """
        return self.uses.before(self.question(question).id)

    def facts_of(self, question: str) -> list[FactDefinition]:
        """Every fact a caller may state for a question: asked for by any provision of any day, or
        already decided elsewhere.
        """
        return list(self.known_facts(question).values())

    def known_facts(self, question: str) -> Mapping[str, FactDefinition]:
        """The same by name, found once."""
        if question not in self._facts_of:
            self._facts_of[question] = {
                name: self.fact(name) for name in self._find_facts(question)
            }
        return self._facts_of[question]

    def relations(self, question: str) -> Relations:
        """What these facts say of each other, found once."""
        if question not in self._relations_of:
            known = self.known_facts(question)
            self._relations_of[question] = Relations(known, self.vocabulary.inputs_of)
        return self._relations_of[question]

    def _find_facts(self, question: str) -> Iterable[str]:
        names: dict[str, None] = {}
        by_name = self.uses.asked_with(self.question(question).id)
        for id in (*by_name, *self.uses.behind_flags(question)):
            if id != question and id in by_name:  # of the others only the flag is stated
                names[id] = None
            asked = self.questions[id]
            if asked.governed_by:
                names[asked.governed_by] = None
            computations = [c for per in asked.outcome_concludes.values() for c in per.values()]
            for provision in (p for p in self.provisions.values() if p.answers == id):
                for condition in provision.conditions:
                    if condition.fact not in self.questions:
                        names.update(dict.fromkeys(self.vocabulary.inputs_of(condition.fact)))
                computations.extend(provision.looked_up)
            for computation in computations:
                if isinstance(computation, Computation):
                    for name in computation.fact_names:
                        if name in self.vocabulary:
                            names.update(dict.fromkeys(self.vocabulary.inputs_of(name)))
        return names

    def boundaries(self, question: str, edition: str) -> list[date]:
        """The days on which something of the law of a question, or of those it uses, starts or
        stops, in order.
        """
        key = (question, edition)
        if key not in self._boundaries:
            self._boundaries[key] = sorted(self._find_boundaries(question, self.edition(edition)))
        return self._boundaries[key]

    def _find_boundaries(self, question: str, law: EditionLaw) -> set[date]:
        days = {FIRST_DAY}
        for id in self.with_used(question):
            days.add(self.questions[id].encoded_from)
            for provision in law.by_question.get(id, []):
                span = law.in_force[provision.id]
                days.add(span.first)
                if span.last is not None and span.last < LAST_DAY:
                    days.add(day_after(span.last))
                for parameter in provision.parameters.values():
                    days.update(v.starts for v in parameter.values if v.starts in span)
                for dated in (provision.citation, provision.evidence):
                    days.update(v.starts for v in dated.values if v.starts in span)
        if law.edition.checked_through is not None:
            days.add(day_after(law.edition.checked_through))
        return days

    def standing(self, question: str, day: date, edition: str) -> StandingLaw:
        """The law of a question as it stands on a day.

        Raises:
            LawNotEncoded: that day's law was not read, or not checked to hold still.
            UnknownQuestion, UnknownEdition: there is none of that name.
        """
        boundaries = self._boundaries.get((question, edition)) or self.boundaries(
            self.question(question).id, edition
        )
        at = bisect_right(boundaries, day)
        first = boundaries[at - 1] if at else day
        key = (question, edition, first)
        standing = self._standing.get(key)
        if standing is None:
            last = day_before(boundaries[at]) if at < len(boundaries) else None
            standing = self._standing[key] = self._resolve(
                question, Span(first, last), self.edition(edition), day
            )
        return standing

    def standing_laws(self, question: str, edition: str) -> Iterator[StandingLaw]:
        """The law of a question in an edition, in the order of the spans of days on which each
        stands; days whose law is not encoded are left out.

        Raises:
            UnknownQuestion, UnknownEdition: there is none of that name.
        """
        for day in self.boundaries(question, edition):
            try:
                yield self.standing(question, day, edition)
            except LawNotEncoded:
                continue

    def _resolve(self, asked: str, span: Span, law: EditionLaw, day: date) -> StandingLaw:
        self._require_encoded(asked, span.first, law, day)
        questions: list[StandingQuestion] = []
        depths: dict[str, int] = {}
        provision_count = condition_count = 0
        for id in self._looked_at(asked, span.first, law):
            in_force = law.provisions_on(id, span.first)
            if id != asked and not self._is_encoded(id, span.first, law):
                continue
            before = (depths[used] for used in self.uses.of_one(id) if used in depths)
            depths[id] = 1 + max(before, default=-1)
            standing = []
            for provision in in_force:
                resolved = self._resolve_provision(
                    provision, provision_count, condition_count, span.first, law
                )
                standing.append(resolved)
                provision_count += 1
                condition_count += len(resolved.conditions)
            questions.append(
                StandingQuestion(len(questions), self.questions[id], depths[id], tuple(standing))
            )
        return StandingLaw(span, law.edition.name, tuple(questions))

    def _looked_at(self, asked: str, day: date, law: EditionLaw) -> list[str]:
        """A question with those it uses, of those behind flags only the ones that a condition in
        force looks at, directly or not.
        """
        ordered, found = self.with_used(asked), set(self.uses.asked_with(asked))
        for id in reversed(ordered):
            if id in found:
                in_force = Uses.of(self.questions, law.provisions_on(id, day), self._flags)
                found.update(in_force.of_one(id))
        return [id for id in ordered if id in found]

    def _is_encoded(self, id: str, day: date, law: EditionLaw) -> bool:
        return day >= self.questions[id].encoded_from and any(
            p.effect == "grants" for p in law.provisions_on(id, day)
        )

    def _require_encoded(self, id: str, first: date, law: EditionLaw, day: date) -> None:
        question, checked = self.questions[id], law.edition.checked_through
        because = None
        if first < question.encoded_from:
            because = f"the law is encoded from {day_in_words(question.encoded_from)} on"
        elif checked is not None and first > checked:
            because = f"later law was searched only through {day_in_words(checked)}"
        elif not any(p.effect == "grants" for p in law.provisions_on(id, first)):
            because = "no provision that grants anything was in force on that day"
        if because is not None:
            raise LawNotEncoded(id, day, law.edition.name, because)

    def _resolve_provision(
        self, provision: Provision, index: int, first_condition: int, day: date, law: EditionLaw
    ) -> StandingProvision:
        cut = law.edition.enacted_through
        dated = {name: p.dated_value_on(day, cut) for name, p in provision.parameters.items()}
        parameters: dict[str, Value] = {
            name: value.value for name, value in dated.items() if value is not None
        }
        paths = []
        for path in provision.paths.values():
            resolved = []
            for condition in path:
                resolved.append(
                    self._resolve_condition(condition, first_condition, parameters, law)
                )
                first_condition += 1
            paths.append(tuple(resolved))
        source = law.source_on(provision, day)
        return StandingProvision(
            index, provision, tuple(paths), parameters, source.citation, source.evidence
        )

    def _resolve_condition(
        self, condition: Condition, index: int, parameters: Mapping[str, Value], law: EditionLaw
    ) -> StandingCondition:
        operand, fact = condition.operand, self.fact(condition.fact)
        required: Required
        if isinstance(operand, ParameterName):
            required = parameters[operand.name]
        elif isinstance(operand, CalendarName):
            required = law.calendars[operand.id]
        else:
            required = operand
        return StandingCondition(
            index, condition, fact, required, accepted_codes(condition.operator, required, fact)
        )

    def in_force(self, day: date, edition: str, question: str | None = None) -> list[Provision]:
        """The provisions that govern on a day, all of them or those that answer one question."""
        law = self.edition(edition)
        wanted = [question] if question is not None else list(self.questions)
        return [p for id in wanted for p in law.provisions_on(id, day)]

    def _new_values(self, provision: Provision, span: Span, law: EditionLaw) -> Iterator[Change]:
        """The days on which a parameter takes another value while its provision stays as it is."""
        cut = law.edition.enacted_through
        for parameter in provision.parameters.values():
            for value in parameter.values:
                known = value.enacted is None or cut is None or value.enacted <= cut
                if known and value.starts in span and value.starts > provision.in_force.first:
                    before = parameter.dated_value_on(day_before(value.starts), cut)
                    yield Change(
                        value.starts, "new value", provision, None, parameter, value, before
                    )

    def changes(self, first: date, last: date, edition: str) -> list[Change]:
        """What came into force, ended, or was superseded from one day through another, in order of
        days.
        """
        law = self.edition(edition)
        spans: list[tuple[Provision | Calendar, Span]] = [
            (p, law.in_force[p.id]) for p in law.provisions.values()
        ]
        spans += [(c.calendar, c.in_force) for c in law.calendars.values()]
        found = []
        for what, span in spans:
            if first <= span.first <= last:
                found.append(Change(span.first, "came into force", what))
            if span.last is not None and first <= span.last <= last:
                ending = [
                    s
                    for s in law.successors.get(what.id, [])
                    if day_before(s.in_force.first) == span.last
                ]
                if ending:
                    found.append(Change(span.last, "superseded", what, ending[0].id))
                else:
                    found.append(Change(span.last, "ended", what))
            if isinstance(what, Provision):
                found.extend(c for c in self._new_values(what, span, law) if first <= c.on <= last)
        return sorted(found, key=lambda c: (c.on, c.provision.id))
