"""What is known of a case: what was stated, what the law presumes, what follows by computation.

As values and as codes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from app.determinations.cells import Cells, bits_of
from app.determinations.derive import Deriving
from app.law.facts import Computation, FactDefinition, Value
from app.law.functions import SERIES_FUNCTIONS
from app.law.lawbook import Lawbook
from app.law.spans import Span
from app.law.standing import StandingCondition, StandingLaw

T = TypeVar("T")


def _conclusions(law: StandingLaw) -> Iterator[Computation]:
    for question in law.questions:
        written = [
            w for p in question.provisions for w in (p.provision.concludes, p.provision.informs)
        ]
        for concludes in (*written, *question.question.outcome_concludes.values()):
            yield from (c for c in concludes.values() if isinstance(c, Computation))


def _named_in_sentences(law: StandingLaw) -> Iterator[str]:
    for question in law.questions:
        for sentence in question.question.says.values():
            yield from sentence.names
        for provision in question.provisions:
            if provision.provision.caution is not None:
                yield from provision.provision.caution.names
            for condition in provision.conditions:
                yield from (*condition.condition.met.names, *condition.condition.not_met.names)


class FactsInPlay:
    """The facts that a standing law looks at: stated ones, and computed ones, each after those it
    follows from.
    """

    def __init__(self, lawbook: Lawbook, law: StandingLaw) -> None:
        self.law = law
        self.deriving = Deriving(lawbook.edition(law.edition).series)
        self.stated: dict[str, FactDefinition] = {}
        self.computed: dict[str, FactDefinition] = {}
        self._vocabulary = lawbook.vocabulary
        self._known = lawbook.known_facts(law.asked.question.id)
        for condition in law.conditions:
            self._take(condition.fact)
        for name in (
            *(n for c in _conclusions(law) for n in c.fact_names),
            *_named_in_sentences(law),
        ):
            if name in self._vocabulary:
                self._take(self._vocabulary[name])
        self.conditions_of: dict[str, list[StandingCondition]] = {name: [] for name in self.stated}
        for condition in law.conditions:
            for name in self.inputs_of(condition):
                self.conditions_of[name].append(condition)
        self.computes_with_series = any(
            f.computed and f.computed.functions & SERIES_FUNCTIONS for f in self.computed.values()
        )
        self._derive = {
            fact.name: self.deriving.prepared(fact.computed)
            for fact in self.computed.values()
            if fact.computed
        }
        self.derived = [
            (fact.name, self._derive[fact.name], fact.code_of) for fact in self.computed.values()
        ]
        """Each computed fact, how it follows from values, and how it is coded.

        Each after those it follows from.
        """
        self._effects: dict[str, list[tuple[int, list[Value]]]] = {}
        self._edges: dict[str, frozenset[int]] = {}
        self._crossed: dict[str, list[tuple[FactDefinition, tuple[int, ...]]]] = {}
        self._yearly: dict[str, list[int]] = {}
        self._kept: dict[str, Any] = {}
        self.presumed = {
            f.name: f.presumed.value for f in self.stated.values() if f.presumed is not None
        }
        self.codes_of_presumed = self.codes_of(self.presumed)

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

    def remember(self, name: str, make: Callable[[], T]) -> T:
        """Something that other modules derive from this standing law once and want to
        find again.
        """
        if name not in self._kept:
            self._kept[name] = make()
        return cast(T, self._kept[name])

    def decides_like(self, law: StandingLaw) -> bool:
        """Whether this law and another come to the same of the same facts."""
        kept: dict[int, tuple[StandingLaw, bool]] = self.remember("laws that decide alike", dict)
        found = kept.get(id(law))
        if found is None or found[0] is not law:
            found = kept[id(law)] = (law, law.key == self.law.key)
        return found[1]

    @cached_property
    def definitions(self) -> dict[str, FactDefinition]:
        """The facts in play by name, stated and computed."""
        return {**self.stated, **self.computed}

    @cached_property
    def nothing_known(self) -> dict[str, Value | None]:
        """Every fact in play, unknown."""
        return dict.fromkeys(self.definitions)

    @cached_property
    def computed_from(self) -> dict[str, list[FactDefinition]]:
        """stated fact → the computed facts that move with it, in order."""
        return {
            name: [f for f in self.computed.values() if name in self._vocabulary.inputs_of(f.name)]
            for name in self.stated
        }

    def inputs_of(self, condition: StandingCondition) -> tuple[str, ...]:
        """The stated facts that a condition rests on."""
        return (
            (condition.fact.name,)
            if condition.is_nested
            else self._vocabulary.inputs_of(condition.fact.name)
        )

    @cached_property
    def acts_in(self) -> dict[int, bool]:
        """provision index → whether an act that is still open to somebody may bear on it."""
        return {
            p.index: any(self.stated[n].is_act for c in p.conditions for n in self.inputs_of(c))
            for p in self.law.provisions
        }

    @cached_property
    def cells(self) -> Cells:
        """The cells of every fact, and what the law comes to in them."""
        return Cells(self.law)

    @cached_property
    def bits_behind(self) -> dict[str, int]:
        """stated fact → the conditions that rest on it, also through what is computed from it, as
        bits.
        """
        return {name: bits_of(conditions) for name, conditions in self.conditions_of.items()}

    @cached_property
    def touched_by(self) -> dict[str, frozenset[int]]:
        """stated fact → the questions, by index, with conditions that rest on it."""
        question_of, provision_of = self.law.question_of, self.law.provision_of
        return {
            name: frozenset(question_of[provision_of[c.index].index].index for c in conditions)
            for name, conditions in self.conditions_of.items()
        }

    def own_edges(self, name: str) -> frozenset[int]:
        """The codes at which the conditions on a fact itself change, not on what is computed from
        it; yearly calendars apart.
        """
        edges = self._edges.get(name)
        if edges is None:
            own = [c for c in self.conditions_of[name] if c.fact.name == name and c.recurs is None]
            edges = self._edges[name] = frozenset(edge for c in own for edge in c.accepts.edges())
        return edges

    def crossed_edges(self, name: str) -> list[tuple[FactDefinition, tuple[int, ...]]]:
        """Each fact computed from a stated one that conditions look at, with the codes at which
        those conditions change.
        """
        crossed = self._crossed.get(name)
        if crossed is None:
            edges: dict[str, set[int]] = {}
            for condition in self.conditions_of[name]:
                if condition.fact.name != name:
                    edges.setdefault(condition.fact.name, set()).update(condition.accepts.edges())
            crossed = self._crossed[name] = [
                (self.computed[fact], tuple(sorted(at))) for fact, at in edges.items()
            ]
        return crossed

    def yearly_edges(self, name: str) -> list[int]:
        """The codes at which a yearly calendar opens or closes for a fact, in order."""
        edges = self._yearly.get(name)
        if edges is None:
            own = [
                c for c in self.conditions_of[name] if c.fact.name == name and c.recurs is not None
            ]
            edges = self._yearly[name] = sorted({edge for c in own for edge in c.accepts.edges()})
        return edges

    @cached_property
    def moving_with(self) -> dict[str, tuple[str, ...]]:
        """stated fact → itself and the facts that something computed is computed from together with
        it.
        """
        together = {name: {name: None} for name in self.stated}
        for name, computed in self.computed_from.items():
            for fact in computed:
                together[name].update(
                    dict.fromkeys(
                        n for n in self._vocabulary.inputs_of(fact.name) if n in self.stated
                    )
                )
        return {name: tuple(names) for name, names in together.items()}

    def effects_of_choices(self, name: str) -> list[tuple[int, list[Value]]]:
        """For a fact with few values: the conditions met, as bits, and all values that meet just
        these.
        """
        if name not in self._effects:
            fact, groups = self.stated[name], dict[int, list[Value]]()
            for code in range(fact.last_code + 1):
                met = bits_of(c for c in self.conditions_of[name] if code in c.accepts)
                groups.setdefault(met, []).append(fact.value(code))
            self._effects[name] = list(groups.items())
        return self._effects[name]

    def derive(self, fact: FactDefinition, values: Mapping[str, Value]) -> Value | None:
        """The value of a computed fact; none where something it needs is unknown."""
        value = self._derive[fact.name](values)
        assert not isinstance(value, Span)
        return value


@dataclass(slots=True)
class Knowledge:
    """The facts of one case under one standing law."""

    in_play: FactsInPlay
    stated: Mapping[str, Value]
    values: dict[str, Value] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    codes_of_stated: Mapping[str, int] = field(default_factory=dict, compare=False)
    _looked_up: dict[str, Value | None] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        in_play: FactsInPlay,
        stated: Mapping[str, Value],
        codes_of_stated: Mapping[str, int] | None = None,
    ) -> "Knowledge":
        """Everything that follows from what was stated; *codes_of_stated* where they are known from
        another standing law.
        """
        if codes_of_stated is None:
            codes_of_stated = in_play.codes_of(stated)
        values, codes = (
            {**in_play.presumed, **stated},
            {**in_play.codes_of_presumed, **codes_of_stated},
        )
        for name, derive, code_of in in_play.derived:
            value = derive(values)
            if value is not None:
                values[name] = value  # type: ignore[assignment]
                codes[name] = code_of(value)
        return cls(in_play, stated, values, codes, codes_of_stated)

    @property
    def looked_up(self) -> Mapping[str, Value | None]:
        """Every fact in play with its value, none where it is unknown."""
        if self._looked_up is None:
            self._looked_up = {**self.in_play.nothing_known, **self.values}
        return self._looked_up

    def is_presumed(self, name: str) -> bool:
        """Whether a value was not stated but presumed by the law."""
        return name in self.in_play.presumed and name not in self.stated

    def with_change(self, name: str, value: Value) -> dict[str, Value]:
        """The values as they would be if one stated fact were another; computed ones follow."""
        values = {**self.values, name: value}
        for fact in self.in_play.computed_from.get(name, ()):
            derived = self.in_play.derive(fact, values)
            if derived is None:
                values.pop(fact.name, None)
            else:
                values[fact.name] = derived
        return values
