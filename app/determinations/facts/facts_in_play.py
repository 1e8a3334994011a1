"""The facts that a law in force looks at, and what it makes of each.

What follows from the law alone, found once.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from app.determinations.facts.crossed import Crossed
from app.determinations.facts.derive import Deriving
from app.determinations.facts.touched import touched_by
from app.engine import CompiledLaw
from app.engine.fact_bits import FactBits, bits_of
from app.law.facts import Computation, FactDefinition, Value
from app.law.functions import FUNCTIONS, SERIES_FUNCTIONS
from app.law.lawbook import Lawbook
from app.law.relations import Implied, broken_orders, conflicts
from app.law.sentences import Sentence
from app.law.spans import Span
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion


def _conclusions(law: StandingLaw) -> Iterator[Computation]:
    for question in law.questions:
        written = [c for p in question.provisions for c in p.provision.looked_up]
        for concludes in question.question.outcome_concludes.values():
            written += concludes.values()
        yield from (c for c in written if isinstance(c, Computation))


def _named_in_sentences(law: StandingLaw) -> Iterator[str]:
    for question in law.questions:
        for sentence in question.question.says.values():
            yield from sentence.names
        for provision in question.provisions:
            if provision.provision.caution is not None:
                yield from provision.provision.caution.names
            for condition in provision.conditions:
                yield from (*condition.condition.met.names, *condition.condition.not_met.names)


def _functions(fact: FactDefinition) -> frozenset[str]:
    return fact.computed.functions if fact.computed else frozenset()


class FactInPlay:
    """One stated fact under a standing law: the conditions that rest on it and bear on an outcome,
    and where they turn.

    *behind* are those conditions as bits. *moving* are the facts computed from it, each after those
    it follows from; *moved* are the names of these and its own, *looked_at* are those that
    conditions look at.
    """

    def __init__(self, in_play: "FactsInPlay", fact: FactDefinition) -> None:
        self.in_play, self.fact, self.name = in_play, fact, fact.name
        self.conditions = in_play.resting.get(fact.name, [])
        bits = in_play.compiled.facts
        self.own: FactBits | None = bits.get(fact.name)
        self.behind = bits_of(self.conditions)
        self.behind |= self.own.all & in_play.deciding if self.own else 0
        self.moving = [
            f for f in in_play.computed.values() if fact.name in in_play.sources_of[f.name]
        ]
        self.moved = frozenset([fact.name, *(f.name for f in self.moving)])
        self.carried = [
            (f.name, in_play.derivers[f.name], f.code_of, bits.get(f.name)) for f in self.moving
        ]
        self.looked_at = [
            (f.name, f.code_of, bits[f.name]) for f in (fact, *self.moving) if f.name in bits
        ]

    def carry(self, values: dict[str, Value]) -> None:
        """Derive again, among these values, all that is computed from the fact."""
        for name, derive, _, _ in self.carried:
            derived = derive(values)
            if derived is None:
                values.pop(name, None)
            else:
                values[name] = derived  # type: ignore[assignment]

    def bits_in(self, values: Mapping[str, Value]) -> tuple[int, int]:
        """The conditions on it, and on what is computed from it, that values meet and settle."""
        met = known = 0
        for name, code_of, bits in self.looked_at:
            if name in values:
                more_met, more_known = bits.at(code_of(values[name]))
                met |= more_met
                known |= more_known
        return met, known

    @cached_property
    def is_behind_flags(self) -> bool:
        """Whether it bears on flags that may follow and on nothing else: nobody is asked for it."""
        return self.name not in self.in_play.asked_for

    @cached_property
    def effects(self) -> list[tuple[tuple[int, int], list[Value]]]:
        """For a fact with few values: the conditions met and known, as bits, and all values that
        come to just these.
        """
        groups: dict[tuple[int, int], list[Value]] = {}
        deciding = self.in_play.deciding
        for code in range(self.fact.last_code + 1):
            met, known = self.own.at(code) if self.own else (0, self.behind)
            bits = met & deciding, known & deciding
            groups.setdefault(bits, []).append(self.fact.value(code))
        return list(groups.items())

    @cached_property
    def edges(self) -> list[int]:
        """The codes at which conditions on the fact itself turn; yearly calendars apart."""
        own = [c for c in self.conditions if c.fact.name == self.name and c.recurs is None]
        return sorted({edge for condition in own for edge in condition.accepts.edges()})

    @cached_property
    def yearly_edges(self) -> list[int]:
        """The codes at which a yearly calendar opens or closes for the fact."""
        own = [c for c in self.conditions if c.fact.name == self.name and c.recurs is not None]
        return sorted({edge for condition in own for edge in condition.accepts.edges()})

    @cached_property
    def directions(self) -> dict[str, int]:
        """Whether each fact computed from this one rises (1) or falls (-1) with it; 0 where it is
        not known to do either.
        """
        return {fact.name: self._direction(fact) for fact in self.moving}

    def _direction(self, computed: FactDefinition) -> int:
        call, in_play = computed.computed, self.in_play
        assert call is not None
        signs = set()
        for index, argument in enumerate(call.arguments):
            direction = FUNCTIONS[call.function].direction(index)
            if argument == self.name:
                signs.add(direction)
            elif isinstance(argument, str) and argument in in_play.computed:
                inner = self._direction(in_play.computed[argument])
                if inner or self.name in in_play.sources_of[argument]:
                    signs.add(direction * inner)
        return signs.pop() if len(signs) == 1 else 0

    @cached_property
    def wavers(self) -> bool:
        """Whether something computed from a day neither rises nor falls with it."""
        return "day" in self.fact.kind.fits and any(
            each.fact.computed is not None
            and each.fact.computed.function not in SERIES_FUNCTIONS
            and not self.directions[each.fact.name]
            for each in self.crossed
        )

    @cached_property
    def turns_yearly(self) -> bool:
        """Whether something is computed from it with the anniversary of a day."""
        recurring, sources_of = self.in_play.recurring, self.in_play.sources_of
        return any(not recurring.isdisjoint(sources_of[each.fact.name]) for each in self.crossed)

    @cached_property
    def turns_of_year(self) -> list[tuple[int, int]]:
        """The months and days at which what is computed from a day alone turns in every year, such
        as the day on which something is due; found in a common year and a leap year.
        """
        days = [date(2011, 1, 1) + timedelta(days=n) for n in range(731)]
        found, before = dict[tuple[int, int], None](), None
        for day in days:
            values: dict[str, Value] = {self.name: day}
            self.carry(values)
            now = [
                bits.at(code_of(values[name])) if bits is not None else 0
                for name, _, code_of, bits in self.carried
                if name in values
            ]
            if before is not None and now != before:
                found[day.month, day.day] = None
            before = now
        return list(found)

    @cached_property
    def crossed(self) -> list[Crossed]:
        """Each fact computed from this one that conditions look at."""
        edges: dict[str, set[int]] = {}
        for condition in self.conditions:
            if condition.fact.name != self.name:
                edges.setdefault(condition.fact.name, set()).update(condition.accepts.edges())
        computed = self.in_play.computed
        return [Crossed.of(computed[fact], at, self.name) for fact, at in edges.items()]


class FactsInPlay:
    """The facts that a standing law looks at: stated ones, and computed ones, each after those it
    follows from.
    """

    def __init__(self, lawbook: Lawbook, law: StandingLaw, compiled: CompiledLaw) -> None:
        self.law, self.compiled = law, compiled
        self.deriving = Deriving(lawbook.edition(law.edition).series, lawbook.holidays)
        self.flags = law.flags
        self.governing = law.asked.question.governed_by
        self.stated: dict[str, FactDefinition] = {}
        self.computed: dict[str, FactDefinition] = {}
        self._vocabulary = lawbook.vocabulary
        self._known = lawbook.known_facts(law.asked.question.id)
        self.relations = lawbook.relations(law.asked.question.id)
        self._take_all()
        self.used = frozenset(law.by_question)
        self.definitions = {**self.stated, **self.computed}
        self.sources_of = {name: self._vocabulary.inputs_of(name) for name in self.computed}
        self.computes_with_series = any(
            f.computed and f.computed.functions & SERIES_FUNCTIONS for f in self.computed.values()
        )
        self.derivers = {
            f.name: self.deriving.prepared(f.computed) for f in self.computed.values() if f.computed
        }
        self.derived = [(f.name, self.derivers[f.name], f.code_of) for f in self.computed.values()]
        """Each computed fact, how it follows from values, and how it is coded; each after those it
        follows from."""
        self.presumed = {
            f.name: f.presumed.value for f in self.stated.values() if f.presumed is not None
        }
        self.codes_of_presumed = self.codes_of(self.presumed)
        self.facts = {name: FactInPlay(self, fact) for name, fact in self.stated.items()}
        self.order = tuple(dict.fromkeys(self._in_order(law.asked)))
        self.in_order = tuple(self.facts[name] for name in self.order)
        self.asked_for = frozenset(self.order)
        self._touched: dict[frozenset[str], Mapping[str, int]] = {}
        self.groups: dict[tuple[str, ...], Any] = {}
        """Groups of unknown facts whose cells the law alone gives, as they come up."""
        self.alike = 0
        """Laws with the same number decide alike."""
        self.days_alike: Span | None = None
        """The days through which laws stand one after another that do; found when looked for."""

    @cached_property
    def behind_flags(self) -> int:
        """The conditions of questions that are looked at through flags alone, as bits."""
        questions = [q for q in self.law.questions if q.question.id in self.law.behind_flags]
        return bits_of(c for q in questions for p in q.provisions for c in p.conditions)

    @cached_property
    def deciding(self) -> int:
        """The conditions by which facts can change an outcome, as bits."""
        return ~bits_of(self.law.without_bearing)

    @cached_property
    def bearing(self) -> int:
        """Those among them for which somebody may be asked."""
        return self.deciding & ~self.behind_flags

    def touched(self, stated_flags: frozenset[str]) -> Mapping[str, int]:
        """The facts that can change the outcome where these flags were stated, each with the
        conditions behind it and those on outcomes that it can change, as bits.
        """
        found = self._touched.get(stated_flags)
        if found is None:
            touched = {
                name: touched_by(self.law, fact.behind, fact.conditions, stated_flags)
                for name, fact in self.facts.items()
            }
            found = {name: bits for name, bits in touched.items() if bits}
            self._touched[stated_flags] = found
        return found

    @cached_property
    def told_of_flags(self) -> frozenset[str]:
        """The facts, computed ones too, by which a flag may follow that bears on an outcome."""
        behind = self.deciding & self.behind_flags
        return frozenset(c.fact.name for c in self.law.conditions if behind >> c.index & 1)

    @cached_property
    def move_flags(self) -> frozenset[str]:
        """The stated facts on which it rests whether a flag follows."""
        return frozenset(n for n, f in self.facts.items() if f.behind & self.behind_flags)

    @cached_property
    def resting(self) -> dict[str, list[StandingCondition]]:
        """The conditions that rest on each stated fact and bear on an outcome."""
        found: dict[str, list[StandingCondition]] = {}
        for condition in self.law.conditions:
            if self.deciding >> condition.index & 1:
                for name in dict.fromkeys(self.inputs_of(condition)):
                    found.setdefault(name, []).append(condition)
        return found

    @cached_property
    def curable(self) -> tuple[tuple[str, Sentence, StandingProvision], ...]:
        """The facts that can be cured, each with what to send and the provision that says so."""
        return tuple(
            (c.fact.name, c.fact.curable, provision)
            for provision in self.law.provisions
            for c in provision.conditions
            if c.fact.curable is not None and provision.provision.curable_through is not None
        )

    @cached_property
    def implied(self) -> tuple[Implied, ...]:
        """The flags that stated facts settle."""
        return tuple(each for each in self.relations.implied if each.flag in self.stated)

    def can_be(
        self,
        stated: Mapping[str, Value],
        changes: Mapping[str, Value],
        left_out: Mapping[str, Value],
    ) -> bool:
        """Whether stated facts can be so after some changes; *left_out* are stated too, do not
        count, and have to be in order with the others all the same.
        """
        if self.relations.about.isdisjoint(changes):
            return True
        after = {**stated, **changes}
        in_order = not any(broken_orders(self._vocabulary.get, {**left_out, **after}))
        return in_order and not any(conflicts(self._known, after))

    @cached_property
    def linking(self) -> tuple[tuple[str, ...], ...]:
        """The facts that something a condition looks at is computed from, together."""
        looked_at = {c.fact.name for c in self.law.conditions if self.bearing >> c.index & 1}
        return tuple(s for name, s in self.sources_of.items() if name in looked_at)

    @cached_property
    def linked(self) -> frozenset[str]:
        """The facts that something is computed from together with others."""
        return frozenset(n for sources in self.linking for n in sources if len(sources) > 1)

    @cached_property
    def with_acts(self) -> frozenset[int]:
        """The provisions on which an act that is still open to somebody may bear, by index."""
        return frozenset(
            p.index
            for p in self.law.provisions
            if any(self.behind_acts >> c.index & 1 for c in p.conditions)
        )

    @cached_property
    def behind_acts(self) -> int:
        """The conditions on which an act may bear, as bits."""
        behind = 0
        for fact in self.facts.values():
            if fact.fact.actionable:
                behind |= fact.behind
        return behind

    @cached_property
    def recurring(self) -> frozenset[str]:
        """The days whose anniversaries something is computed with."""
        return frozenset(
            argument
            for computed in self.computed.values()
            if computed.computed is not None
            for index, argument in enumerate(computed.computed.arguments)
            if argument in self.stated
            and not FUNCTIONS[computed.computed.function].direction(index)
            and computed.computed.function not in SERIES_FUNCTIONS
        )

    def _in_order(self, question: StandingQuestion) -> Iterator[str]:
        """The stated facts in the order in which a question looks at them; those of used questions
        where it looks at their outcome.
        """
        for provision in question.provisions:
            for condition in provision.conditions:
                nested = self.law.by_question.get(condition.fact.name)
                if nested is not None:
                    yield from self._in_order(nested)
                yield from self.inputs_of(condition)

    def _take_all(self) -> None:
        """Everything that conditions, conclusions and sentences look at."""
        for condition in self.law.conditions:
            self._take(condition.fact)
        concluded = (name for call in _conclusions(self.law) for name in call.fact_names)
        for name in (*concluded, *_named_in_sentences(self.law)):
            if name in self._vocabulary:
                self._take(self._vocabulary[name])

    def _take(self, fact: FactDefinition) -> None:
        if fact.computed is None:
            self.stated.setdefault(fact.name, fact)
        elif fact.name not in self.computed:
            for name in fact.computed.fact_names:
                self._take(self._vocabulary[name])
            self.computed[fact.name] = fact

    def codes_of(self, stated: Mapping[str, Value]) -> dict[str, int]:
        """The codes of stated facts; the same under every standing law."""
        known = self._known
        return {name: known[name].code_of(value) for name, value in stated.items() if name in known}

    def inputs_of(self, condition: StandingCondition) -> tuple[str, ...]:
        """The stated facts that a condition rests on."""
        if condition.is_nested:
            return (condition.fact.name,)
        return self._vocabulary.inputs_of(condition.fact.name)
