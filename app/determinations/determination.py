"""A determination holds its evaluation; what it says is built when somebody looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from app.determinations.answer import (
    ConflictAnswer,
    DeadlineAnswer,
    Detail,
    DeterminationAnswer,
    FactAnswer,
    FoundAnswer,
    LawAnswer,
    LeadingEventAnswer,
    LeafAnswer,
    NextStepAnswer,
    OtherEventAnswer,
    ReasonAnswer,
    UntilAnswer,
    Values,
    encode,
)
from app.determinations.cases.found import Found
from app.determinations.cases.withheld import Withheld
from app.determinations.changes.alternatives import Alternatives, WouldChange
from app.determinations.changes.other_days import OtherDays
from app.determinations.changes.what_if import WhatIf
from app.determinations.facts.knowledge import Knowledge
from app.determinations.telling.because import SETTLED, because
from app.determinations.telling.brief import brief_of
from app.determinations.telling.conclude import Concluded
from app.determinations.telling.concludes_until import ConcludesUntil
from app.determinations.telling.deadlines import deadlines
from app.determinations.telling.prepared import fact_answer
from app.determinations.telling.reasons import ReasonBuilder, values_answer
from app.determinations.telling.wording import as_json
from app.engine import Evaluation
from app.instants import instant_text
from app.law.facts import FactDefinition, Value
from app.law.questions import Outcome, Question
from app.law.relations import Conflict


class Issue(NamedTuple):
    """What an issued determination has beside what it says.

    *id* is none where it is not stored, *replaces* where it takes no other's place.
    """

    id: str | None
    decided_at: datetime
    subject: str | None
    replaces: str | None = None

    def members(self) -> dict[str, Any]:
        """The members of the answer's head; the instant in UTC."""
        return {
            "id": self.id or UNSET,
            "decided_at": instant_text(self.decided_at),
            "subject": self.subject,
            "replaces": self.replaces or UNSET,
        }


class OfEvents(NamedTuple):
    """What is said of the events of a request that has several."""

    leading: LeadingEventAnswer | UnsetType = UNSET
    others: tuple[OtherEventAnswer, ...] | UnsetType = UNSET


class Need(NamedTuple):
    """A fact that is still needed; *event* is the number of the event it is of, where a request has
    several.
    """

    fact: FactDefinition
    event: int | None = None

    def answer(self) -> FactAnswer:
        """The fact as callers get it."""
        found = fact_answer(self.fact)
        return found if self.event is None else replace(found, event=self.event)


@dataclass(frozen=True, eq=False)
class Determination:
    """A decision on one question for one applicant as of a day.

    *settled_by* are the ways in which what is missing was told apart, where the outcome is the same
    in all of them; *withheld* are the stated facts that did not count; *found* is what was found
    beside them.
    """

    knowledge: Knowledge
    evaluation: Evaluation
    outcome: Outcome
    needs: tuple[FactDefinition, ...]
    settled_by: tuple[Mapping[str, Value], ...]
    withheld: Withheld
    alternatives: Alternatives
    builder: ReasonBuilder
    here: WhatIf
    days: OtherDays
    law_digest: str
    found: Found | None

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.knowledge.in_play.law.asked.question

    @property
    def as_of(self) -> date:
        """The day whose law was applied."""
        return self.knowledge.as_of

    @property
    def edition(self) -> str:
        """The edition of the law."""
        return self.knowledge.in_play.law.edition

    @property
    def law_in_force(self) -> tuple[str, ...]:
        """The provisions in force on the day, those of used questions too."""
        return self.knowledge.in_play.law.provision_ids

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Facts of which one must be wrong."""
        return self.withheld.conflicts

    @property
    def would_change(self) -> tuple[WouldChange, ...]:
        """The smallest changes that reach another outcome."""
        return self.alternatives.would_change

    @property
    def valid_until(self) -> date | None:
        """The last day on which the same facts are sure to give the same outcome."""
        return self.alternatives.valid_until

    @property
    def valid_until_because(self) -> str | None:
        """Why it is not sure to hold longer."""
        return self.alternatives.because

    @property
    def needed(self) -> tuple[Need, ...]:
        """The facts that are still needed, in the order to ask."""
        return tuple([Need(fact) for fact in self.needs])

    @property
    def stated(self) -> Values:
        """The facts that were stated, those that did not count too."""
        return {name: as_json(value) for name, value in sorted(self._stated.items())}

    @property
    def _stated(self) -> dict[str, Value]:
        """What the caller stated, that which did not count too."""
        stated = {**self.knowledge.stated, **self.withheld.facts}
        return {name: v for name, v in stated.items() if name not in self.knowledge.found}

    @property
    def for_each_event(self) -> tuple["Determination", ...]:
        """What was decided for each event that leads to the same outcome; the leading one first."""
        return (self,)

    @property
    def of_events(self) -> OfEvents:
        """Where several events were asked about: the one that leads, and the others."""
        return OfEvents()

    @property
    def concludes(self) -> Concluded:
        """Values that follow, by name."""
        return self.builder.explained(self.question.id).concludes

    @cached_property
    def says(self) -> str:
        """The outcome as a sentence; where the caller named no edition and a later one answers
        otherwise, that too.
        """
        says = self.builder.says(self.question.id, self.outcome, self.concludes)
        return says + self.builder.later_answer(self.question.id)

    @cached_property
    def because(self) -> tuple[str, ...]:
        """What decided, in at most three sentences; of a denial with the first change that the
        person can make.
        """
        if self.settled_by:
            return (SETTLED,)
        change = self._first_change() if self.outcome == self.question.adverse else None
        return because(self.builder, self.question.id, change.says if change else None)

    def _first_change(self) -> WouldChange | None:
        """The change that helps the person first: what they can do now and alone, else the first
        of those they can bring about.
        """
        helps = [
            change
            for change in self.would_change
            if change.becomes == self.question.favorable and change.open_to_applicant
        ]
        alone = (c for c in helps if c.kind == "act" and c.is_applicants_alone)
        return next(alone, helps[0] if helps else None)

    @cached_property
    def reasons(self) -> tuple[ReasonAnswer, ...]:
        """Every provision in force for the question, with all its findings."""
        return self.builder.reasons(self.question.id)

    @cached_property
    def concludes_until(self) -> dict[str, UntilAnswer]:
        """Each conclusion with the last day on which it stays as it is."""
        return ConcludesUntil(self.builder, self.here, self.days, self.valid_until).find()

    @cached_property
    def deadlines(self) -> tuple[DeadlineAnswer, ...]:
        """The days by which somebody has to act, of those still to come."""
        return deadlines(self.builder)

    @cached_property
    def next_steps(self) -> tuple[NextStepAnswer, ...]:
        """What the person can do now."""
        sent_again = dict.fromkeys(cure.says for cure in self.withheld.cures)
        first = tuple(NextStepAnswer(says) for says in sent_again)
        return first + self.builder.next_steps(self.question.id)

    @cached_property
    def cautions(self) -> tuple[str, ...]:
        """What to beware of, other editions included."""
        return self.builder.cautions_of(self.question.id)

    @property
    def decisive(self) -> tuple[str, ...]:
        """The provisions on which the outcome rests, in the order to tell them."""
        ids = self.law_in_force
        return tuple(ids[index] for index in self.builder.explained(self.question.id).deciding)

    def _leaves(self) -> tuple[LeafAnswer, ...]:
        return tuple(
            LeafAnswer({name: as_json(value) for name, value in leaf.items()})
            for leaf in self.settled_by
        )

    def _found(self) -> FoundAnswer | UnsetType:
        if (found := self.found) is None:
            return UNSET
        facts = {name: as_json(value) for name, value in sorted(found.facts.items())}
        return FoundAnswer(found.request, found.decided_on, facts, found.says)

    def answer(
        self, issue: Issue | None = None, only_decisive: bool = False
    ) -> DeterminationAnswer:
        """Everything it says, or without the reasons that did not bear on it."""
        asked = self.question.id
        reasons = self.builder.decisive_reasons(asked) if only_decisive else self.reasons
        conflicts = tuple(
            ConflictAnswer({name: as_json(value) for name, value in each.facts.items()}, each.says)
            for each in self.conflicts
        )
        return DeterminationAnswer(
            **(issue.members() if issue else {}),
            question=asked,
            asks=self.question.asks,
            as_of=self.as_of,
            edition=self.edition,
            outcome=self.outcome,
            says=self.says,
            because=self.because,
            settled_by=self._leaves() or UNSET,
            conflicts=conflicts or UNSET,
            leading_event=self.of_events.leading,
            events=self.of_events.others,
            reasons=reasons,
            needs=tuple([need.answer() for need in self.needed]),
            concludes=values_answer(self.concludes),
            would_change=tuple([change.answer() for change in self.would_change]),
            valid_until=self.valid_until,
            valid_until_because=self.valid_until_because,
            concludes_until=self.concludes_until,
            deadlines=self.deadlines,
            next_steps=self.next_steps,
            cautions=self.cautions,
            facts=self.stated,
            found=self._found(),
            law=LawAnswer(self.law_digest, self.law_in_force),
        )

    def json(self, detail: Detail = "full", issue: Issue | None = None) -> bytes:
        """The determination as callers get it, as JSON text.

        The full one is what is stored, sealed and replayed.
        """
        if detail == "full":
            return encode(self.answer(issue))
        return encode(brief_of(self.answer(issue, only_decisive=True)))
