"""What would change the outcome, and how long it is sure to stand.

From the provisions' own thresholds, never from sampling.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import cast

from app.determinations.knowledge import Knowledge
from app.determinations.model import ChangeKind, FactChange, WouldChange
from app.determinations.other_days import OtherDays, Stretch
from app.determinations.what_if import WhatIf
from app.determinations.wording import joined
from app.engine.shadow import OUTCOME_CODES
from app.law.facts import FactDefinition, Value
from app.law.questions import STATED_OUTCOMES, Outcome
from app.law.spans import CodeSet, day_before
from app.law.standing import StandingCondition, StandingProvision, StandingQuestion
from app.law.words import day_in_words
from app.remembered import Remembered

AS_OF = FactDefinition("as_of", "day", asks="As of which day?")
ACTS_AT_MOST = 4
ELIGIBLE: frozenset[Outcome] = frozenset({"eligible"})
NOT_ELIGIBLE: frozenset[Outcome] = frozenset(STATED_OUTCOMES) - ELIGIBLE
ORDER: dict[ChangeKind, int] = {"later": 0, "act": 1, "past": 2, "otherwise": 3}
"""Which changes are told first, of those that reach the same outcome."""


@dataclass(frozen=True)
class Alternatives:
    """The smallest changes that reach another outcome, and the last day on which the same facts are
    sure of this one.
    """

    would_change: tuple[WouldChange, ...]
    valid_until: date | None
    because: str | None


def alternatives(here: WhatIf, days: OtherDays, as_of: date) -> Alternatives:
    """Everything that would change a determination."""
    later, valid_until, because = _later(here, days, as_of)
    changes = [*later, *_past(here, days, as_of)]
    for fact in here.mattering:
        name = fact.name
        if name == days.moves or (fact.kind.is_outcome and name not in here.knowledge.stated):
            continue
        if name == days.governing:
            changes.extend(_stated_as_asked(here, fact, as_of))
        else:
            changes.extend(_remembered_changes(here, fact, as_of))
    if here.outcome != "eligible" and not any(
        c.becomes == "eligible" and c.kind == "act" for c in changes
    ):
        changes.extend(_remembered_acts(here, as_of))
    changes.sort(
        key=lambda c: ORDER[c.kind] if c.becomes == "eligible" else ORDER[c.kind] + len(ORDER)
    )
    return Alternatives(tuple(changes), valid_until, because)


def _later(
    here: WhatIf, days: OtherDays, as_of: date
) -> tuple[list[WouldChange], date | None, str | None]:
    """The first later days with another outcome.

    Stops at the first that is eligible, or different where this one is.
    """
    found: dict[Outcome, Stretch] = {}
    valid_until, because = None, None
    others = NOT_ELIGIBLE if here.outcome == "eligible" else ELIGIBLE
    for stretch in days.forward(here, as_of, others):
        if stretch.outcome != here.outcome and valid_until is None:
            valid_until, because = day_before(stretch.day), _why_it_ends(here, stretch)
        if stretch.outcome in STATED_OUTCOMES and stretch.outcome != here.outcome:
            found.setdefault(stretch.outcome, stretch)
        if stretch.outcome in others:
            break
    return (
        [_told_of_day(here, days, as_of, stretch, "later") for stretch in found.values()],
        valid_until,
        because,
    )


def _why_it_ends(here: WhatIf, stretch: Stretch) -> str:
    if stretch.outcome is None:
        return str(stretch.because)
    return (
        f"On {day_in_words(stretch.day)} the answer to the same facts would be: "
        f"{_in_words(here, stretch.outcome)}"
    )


def _in_words(here: WhatIf, outcome: Outcome) -> str:
    """An outcome in the words of the question asked."""
    return here.law.asked.question.brief(outcome)


def _past(here: WhatIf, days: OtherDays, as_of: date) -> list[WouldChange]:
    """The last earlier day on which the same facts would have been eligible."""
    if here.outcome == "eligible" or days.moves is None:
        return []
    for stretch in days.backward(here, as_of, ELIGIBLE):
        if stretch.outcome == "eligible":
            return [_told_of_day(here, days, as_of, stretch, "past")]
    return []


def _told_of_day(
    here: WhatIf, days: OtherDays, as_of: date, stretch: Stretch, kind: ChangeKind
) -> WouldChange:
    """The same is told to everybody who asks as of a day of what turns on another."""
    kept: Remembered[WouldChange] = here.in_play.remember("other days", Remembered)
    key = (days.moves, as_of, stretch.day, stretch.outcome, kind)
    return kept.find(key) or kept.keep(key, _on_day(here, days, as_of, stretch, kind))


def _on_day(
    here: WhatIf, days: OtherDays, as_of: date, stretch: Stretch, kind: ChangeKind
) -> WouldChange:
    fact = AS_OF if days.moves is None else days.fact(days.moves)
    assert stretch.outcome is not None
    verb = "would have been" if kind == "past" else "would be"
    says = (
        f"On {day_in_words(stretch.day)} the answer to the same facts {verb}: "
        f"{_in_words(here, stretch.outcome)}"
    )
    return WouldChange(stretch.outcome, (FactChange(fact, as_of, stretch.day),), kind, says)


def _stated_as_asked(here: WhatIf, fact: FactDefinition, as_of: date) -> Iterator[WouldChange]:
    """A fact that names the governing day and was not stated can only be the day asked about."""
    outcome = here.outcome_if({fact.name: as_of})
    if outcome not in (here.outcome, "undetermined"):
        yield _change(here, fact, [as_of], outcome, as_of)


def _remembered_changes(here: WhatIf, fact: FactDefinition, as_of: date) -> tuple[WouldChange, ...]:
    """The same changes help everybody whose conditions come out alike, and whose facts that bear on
    this one are the same.
    """
    name = fact.name
    key: tuple[object, ...]
    if fact.kind.is_listed:
        key = (name, here.knowledge.values.get(name))
    else:
        key = (name, as_of, here.moving_with(name))
    return here.remembered(key, lambda: _of_one_fact(here, fact, as_of))


def _of_one_fact(here: WhatIf, fact: FactDefinition, as_of: date) -> Iterator[WouldChange]:
    """The nearest values of one fact, in each direction, for each other outcome.

    Several choices with one effect together.
    """
    was = here.knowledge.values.get(fact.name)
    if fact.kind.is_listed:
        reached: dict[Outcome, list[Value]] = {}
        for outcome, values in here.outcomes_of_choices(fact.name):
            if outcome != here.outcome and outcome != "undetermined":
                reached.setdefault(outcome, []).extend(values)
        for outcome, values in reached.items():
            yield _change(here, fact, values, outcome, as_of)
        return
    start = fact.code(was) if was is not None else fact.kind.code_near(fact, as_of)
    above, below = here.values_upward(fact.name, start), here.values_downward(fact.name, start)
    if was is None:
        above = (value for part in ([fact.value(start)], above) for value in part)
    for values_outward in (above, below):
        for outcome, value in _first_reached(here, fact.name, values_outward):
            yield _change(here, fact, [value], outcome, as_of)


def _first_reached(
    here: WhatIf, name: str, values: Iterable[Value]
) -> Iterator[tuple[Outcome, Value]]:
    seen: set[Outcome] = {here.outcome, "undetermined"}
    for value in values:
        outcome = here.outcome_if({name: value})
        if outcome not in seen:
            seen.add(outcome)
            yield outcome, value
        if len(seen) == 4:
            return


def _kind(fact: FactDefinition, value: Value, as_of: date) -> ChangeKind:
    if fact.is_once and value is False:
        return "otherwise"  # what was done cannot be undone
    if fact.is_act:
        return "past" if isinstance(value, date) and value < as_of else "act"
    return "otherwise"


def _change(
    here: WhatIf, fact: FactDefinition, values: list[Value], outcome: Outcome, as_of: date
) -> WouldChange:
    was = here.knowledge.values.get(fact.name)
    change = FactChange(fact, was, values[0], tuple(values[1:]))
    return WouldChange(
        outcome, (change,), _kind(fact, values[0], as_of), _says(here, (change,), outcome)
    )


def _says(here: WhatIf, changes: tuple[FactChange, ...], outcome: Outcome) -> str:
    parts = []
    for change in changes:
        values = joined(
            [_quoted(here, change.fact, value) for value in (change.to, *change.or_to)], "or"
        )
        parts.append(f"the answer to “{change.fact.label}” were {values}")
    return f"If {' and '.join(parts)}, the outcome would be: {_in_words(here, outcome)}"


def _quoted(here: WhatIf, fact: FactDefinition, value: Value) -> str:
    """A value in words.

    An answer that has words of its own stands in quotation marks, since those may hold commas.
    """
    if fact.kind.is_outcome and fact.name in here.law.by_question:
        answered = here.law.by_question[fact.name].question.brief(cast(Outcome, value))
        return f"“{answered.removesuffix('.')}”"
    told = fact.in_words(value)
    return f"“{told}”" if fact.choices and not fact.kind.is_outcome else told


# --- several acts together ------------------------------------------------------------------------
# -----------------------------


def _remembered_acts(here: WhatIf, as_of: date) -> tuple[WouldChange, ...]:
    """The same acts help everybody whose conditions come out alike and whose facts about those acts
    are the same.
    """
    bearing = here.in_play.remember("facts bearing on acts", lambda: _bearing_on_acts(here))
    if not bearing:
        return ()
    kept: Remembered[tuple[WouldChange, ...]] = here.in_play.remember("acts", Remembered)
    key = (as_of, here.pattern, *[here.knowledge.values.get(name) for name in bearing])
    return kept.get(key, lambda: tuple(_by_acts(here, as_of)))


def _bearing_on_acts(here: WhatIf) -> list[str]:
    """Every fact that shares a condition with an act, and so may decide which act is
    needed when.
    """
    in_play = here.in_play
    shared = {
        c.index
        for name, fact in in_play.stated.items()
        if fact.is_act
        for c in in_play.conditions_of[name]
    }
    return [
        name
        for name in in_play.stated
        if any(c.index in shared for c in in_play.conditions_of[name])
    ]


def _by_acts(here: WhatIf, as_of: date) -> Iterator[WouldChange]:
    """Sets of acts still open to somebody that together make the outcome eligible, each of them
    needed.
    """
    seen = set()
    for provision in here.law.asked.of("grants"):
        for path in range(len(provision.paths)):
            if not here.in_play.acts_in[provision.index]:
                continue
            changes = _Repair(here, as_of).make_hold(provision, path)
            if not changes or len(changes) > ACTS_AT_MOST or here.outcome_if(changes) != "eligible":
                continue
            needed = _smallest(here, changes)
            key = tuple(sorted(needed))
            if key not in seen and len(needed) > 1:
                seen.add(key)
                told = tuple(
                    FactChange(here.in_play.stated[n], here.knowledge.values.get(n), v)
                    for n, v in needed.items()
                )
                yield WouldChange("eligible", told, "act", _says(here, told, "eligible"))


def _smallest(here: WhatIf, changes: Mapping[str, Value]) -> dict[str, Value]:
    """The fewest of the changes that are still enough."""
    for size in range(1, len(changes)):
        for names in combinations(changes, size):
            fewer = {name: changes[name] for name in names}
            if here.outcome_if(fewer) == "eligible":
                return fewer
    return dict(changes)


class _Repair:
    """Looks for acts that make a path of a provision hold, one condition after the other."""

    def __init__(self, here: WhatIf, as_of: date) -> None:
        self.here, self.as_of = here, as_of
        self.changes: dict[str, Value] = {}

    def make_hold(self, provision: StandingProvision, path: int) -> dict[str, Value] | None:
        """The acts, or none where acts alone cannot do it."""
        for condition in provision.paths[path]:
            if condition.is_nested:
                if not self.make_nested(condition.fact.name, condition.accepts):
                    return None
            elif not self.is_met(condition.index) and not self.make_met(condition):
                return None
        return self.changes

    def is_met(self, index: int) -> bool:
        """Whether a condition holds with the acts found so far."""
        return self.here.meets_if(self.changes, index)

    def make_met(self, condition: StandingCondition) -> bool:
        """Find the act that makes a condition hold, its day as near as can be to the day asked
        about.

        Where several acts are missing, such as two days that are compared, the others are taken to
        happen on that day.
        """
        stated, known = self.here.in_play.stated, {**self.here.knowledge.values, **self.changes}
        inputs = self.here.in_play.inputs_of(condition)
        missing = [name for name in inputs if name not in known]
        if not all(stated[name].is_act for name in missing):
            return False
        for name in reversed(
            missing or [name for name in inputs if stated[name].is_act and name not in self.changes]
        ):
            others = {
                other: stated[other].value(stated[other].kind.code_near(stated[other], self.as_of))
                for other in missing
                if other != name
            }
            for value in self.candidates(stated[name], others):
                changes = {**self.changes, **others, name: value}
                if self.here.meets_if(changes, condition.index):
                    self.changes = changes
                    return True
        return False

    def candidates(self, fact: FactDefinition, others: Mapping[str, Value]) -> list[Value]:
        """The values worth trying: all of few, else the day asked about and then outward, nearest
        first.
        """
        if fact.kind.is_listed:
            return [
                fact.value(code) for code in range(1 if fact.is_once else 0, fact.last_code + 1)
            ]
        start = fact.kind.code_near(fact, self.as_of)
        knowledge = self.here.knowledge
        stated = {**knowledge.stated, **self.changes, **others}
        changed = WhatIf(self.here.law, Knowledge.of(self.here.in_play, stated), self.as_of)
        return [
            fact.value(start),
            *changed.values_upward(fact.name, start),
            *changed.values_downward(fact.name, start),
        ]

    def make_nested(self, question: str, accepts: CodeSet) -> bool:
        """Make another question's outcome what is required, by its own first path that acts can
        bring about.
        """
        nested: StandingQuestion | None = self.here.law.by_question.get(question)
        wanted = self.here.judged.outcomes.get(question)
        code = OUTCOME_CODES.get(wanted) if wanted else None
        if code is not None and code in accepts:
            return True
        if (
            nested is None
            or OUTCOME_CODES["eligible"] not in accepts
            or question in self.here.knowledge.codes
        ):
            return False
        for provision in nested.of("grants"):
            for path in range(len(provision.paths)):
                kept = dict(self.changes)
                if self.make_hold(provision, path) is not None:
                    return True
                self.changes = kept
        return False
