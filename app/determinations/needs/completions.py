"""What unknown facts can still turn out to be: every way in which they can meet the conditions that
rest on them.

A value that breaks a relation with what was stated is none that the fact can have; where it could
have no other, it is looked at as if the law said nothing of the two.

Values that meet the same conditions are one *cell*. Facts that something is computed from together
cannot be looked at one by one: they form a *group*. Its cells are found at critical values: where a
condition turns for one fact, the others being known, and one step before.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from app.determinations.facts.facts_in_play import FactInPlay
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.cuts import Cuts
from app.law.facts import FactDefinition, Value
from app.law.functions import anniversary
from app.law.spans import LAST_DAY

Bits = tuple[int, int]
"""The conditions met and the conditions known."""
Cells = tuple[int, ...]
Chosen = dict[str, Value]
Way = tuple[Bits, Chosen]
"""A cell with values in it."""
NOTHING: frozenset[str] = frozenset()
FEW_VALUES = 64
"""Facts with no more values than this are looked at value by value."""
SHORT = 5_000
"""Distances between days that the law looks at, in days, are shorter."""


class Cellular(NamedTuple):
    """The cells of a group, with values in each.

    *lines* has for each fact the sets of cells among which it alone can move, *answers* those that
    are left once it is known.
    """

    cells: tuple[Bits, ...]
    lines: tuple[tuple[Cells, ...], ...]
    answers: tuple[tuple[Cells, ...], ...]
    examples: tuple[Chosen, ...]


class Group:
    """Unknown facts that are looked at together, mostly one; *behind* are the conditions that rest
    on them, as bits. Its cells are found when they are first looked at.
    """

    def __init__(
        self, facts: tuple[FactInPlay, ...], knowledge: Knowledge, limits: "Limits"
    ) -> None:
        self.facts = facts
        self.behind = 0
        for fact in facts:
            self.behind |= fact.behind
        names = {fact.name for fact in facts}
        sources = knowledge.in_play.sources_of
        self.of_law_alone = not limits and all(
            names.issuperset(sources[each.fact.name]) for fact in facts for each in fact.crossed
        )
        self._knowledge, self._limits = knowledge, limits
        if self.of_law_alone:  # shared by all cases, so nothing of the first one may bear on it
            in_play = knowledge.in_play
            self._knowledge = Knowledge.of(in_play, {}, in_play.law.span.first)

    @cached_property
    def found(self) -> Cellular:
        """Its cells."""
        return _find(self.facts, self._knowledge, self._limits)

    def every_way(self) -> Iterator[Way]:
        """Every cell, with values in it."""
        return zip(self.found.cells, self.found.examples, strict=True)

    @cached_property
    def likely_ways(self) -> list[Way]:
        """A few cells that are found at once and mostly come to different outcomes."""
        in_play, ways = self._knowledge.in_play, dict[Bits, Chosen]()
        for chosen in _likely(self.facts, self._knowledge, self._limits):
            values, met, known = self._knowledge.with_more(chosen).values, 0, 0
            for fact in self.facts:
                more_met, more_known = fact.bits_in(values)
                met, known = met | more_met, known | more_known
            ways.setdefault((met & in_play.bearing, known & in_play.bearing), chosen)
        return list(ways.items())


class Limits:
    """What related facts that were stated leave of the values of some unknown facts: for each that
    is limited its first and last code, and the values that would contradict.
    """

    def __init__(self, facts: tuple[FactInPlay, ...], knowledge: Knowledge) -> None:
        relations, stated = knowledge.in_play.relations, knowledge.stated
        self.left: dict[str, tuple[int, int, frozenset[Value]]] = {}
        for fact in facts:
            if relations.related.get(fact.name, NOTHING).isdisjoint(stated):
                continue
            low, high = relations.bounds(fact.fact, stated)
            excluded = relations.excluded(fact.name, stated)
            if excluded is None or low > high:
                continue  # nothing would be left
            if excluded or (low, high) != (fact.fact.first_code, fact.fact.last_code):
                self.left[fact.name] = low, high, excluded

    def __bool__(self) -> bool:
        return bool(self.left)

    def can_be(self, fact: FactDefinition, value: Value) -> bool:
        """Whether a fact can have a value beside those that were stated."""
        if fact.name not in self.left:
            return True
        low, high, excluded = self.left[fact.name]
        return low <= fact.code_of(value) <= high and value not in excluded

    def value_near(self, fact: FactDefinition, day: date) -> Value:
        """A value that a fact can have beside those that were stated; of a day, one near this."""
        value = fact.value(fact.kind.code_near(fact, day))
        if self.can_be(fact, value):
            return value
        low, high, excluded = self.left[fact.name]
        near = min(max(fact.code_of(value), low), high)
        codes = chain((near,), range(low, high + 1, fact.step))
        return next((other for other in map(fact.value, codes) if other not in excluded), value)

    def of(self, fact: FactDefinition) -> tuple[int, int]:
        """The first and the last code of a fact beside those that were stated."""
        if fact.name not in self.left:
            return fact.first_code, fact.last_code
        low, high, _ = self.left[fact.name]
        return low, high


def groups_of(knowledge: Knowledge, left: int) -> list[Group]:
    """The unknown facts on which these conditions rest, in the order in which the law looks at
    them.
    """
    in_play = knowledge.in_play
    unknown = knowledge.unknown(left)
    groups: list[Group] = []
    placed: set[str] = set()
    for name in unknown:
        if name in placed:
            continue
        names: tuple[str, ...] = (name,)
        if name in in_play.linked:
            together = _together(name, unknown, in_play.linking)
            placed |= together
            names = tuple(n for n in in_play.order if n in together)
        facts = tuple([unknown[n] for n in names])
        limits = Limits(facts, knowledge)
        group = None if limits else in_play.groups.get(names)
        if group is None:
            group = Group(facts, knowledge, limits)
            if group.of_law_alone:
                in_play.groups[names] = group
        groups.append(group)
    return groups


def _together(
    name: str, unknown: Mapping[str, FactInPlay], linking: tuple[tuple[str, ...], ...]
) -> set[str]:
    """The unknown facts that something is computed from together with a fact, directly or not."""
    found, spread = {name}, [name]
    while spread:
        fact = spread.pop()
        for sources in linking:
            if fact in sources:
                new = {other for other in sources if other in unknown} - found
                found |= new
                spread += new
    return found


def _find(facts: tuple[FactInPlay, ...], knowledge: Knowledge, limits: Limits) -> Cellular:
    in_play = knowledge.in_play
    bearing, bits_of = in_play.bearing, in_play.compiled.bits
    resting = {name for fact in facts for name in fact.moved}
    numbers: dict[Bits, int] = {}
    examples: list[Chosen] = []
    lines, answers = list[tuple[Cells, ...]](), list[tuple[Cells, ...]]()
    for fact in facts:
        others = tuple(other for other in facts if other is not fact)
        beside = resting - fact.moved
        moves: dict[Cells, None] = {}
        left: dict[Value, set[int]] = {}
        for chosen in _choices(others, fact, knowledge, limits):
            line = set()
            given = _with(knowledge, chosen)
            codes = given.codes
            met_beside, known_beside = bits_of({n: codes[n] for n in beside if n in codes})
            values = given.values.copy()
            for value in _values(fact, given, limits):
                values[fact.name] = value
                fact.carry(values)
                met, known = fact.bits_in(values)
                bits = (met | met_beside) & bearing, (known | known_beside) & bearing
                if bits not in numbers:
                    numbers[bits] = len(numbers)
                    examples.append({**chosen, fact.name: value})
                at = numbers[bits]
                line.add(at)
                left.setdefault(value, set()).add(at)
            moves[tuple(sorted(line))] = None
        lines.append(tuple(moves))
        answers.append(tuple(dict.fromkeys(tuple(sorted(cells)) for cells in left.values())))
    return Cellular(tuple(numbers), tuple(lines), tuple(answers), tuple(examples))


def _likely(
    facts: tuple[FactInPlay, ...], knowledge: Knowledge, limits: Limits
) -> Iterator[Chosen]:
    """Values that all these facts can have: about the day asked about, and one of them far from the
    others; none where one cannot be about that day.
    """
    near, far = Chosen(), list[Chosen]()
    for fact in facts:
        definition = fact.fact
        first, last = limits.of(definition)
        nearest = min(max(definition.kind.code_near(definition, knowledge.as_of), first), last)
        codes = [-(-code // definition.step) * definition.step for code in (nearest, first, last)]
        near[fact.name], *ends = map(definition.value, codes)
        if not limits.can_be(definition, near[fact.name]):
            return
        far += [{fact.name: end} for end in ends if limits.can_be(definition, end)]
    yield near
    yield from ({**near, **one} for one in far)


def _with(knowledge: Knowledge, chosen: Mapping[str, Value]) -> Knowledge:
    return knowledge.with_more(chosen) if chosen else knowledge


def _choices(
    others: tuple[FactInPlay, ...], last: FactInPlay, knowledge: Knowledge, limits: Limits
) -> Iterator[Chosen]:
    """Values of some facts such that each way in which *last* can move is seen with one of them."""
    if not others:
        yield {}
        return
    first, rest = others[0], others[1:]
    critical = dict.fromkeys(_values(first, knowledge, limits))
    partners = () if first.turns_yearly or first.wavers else (*rest, last)
    for partner in partners:
        if not _bears_on(partner, first, knowledge):
            continue
        for value in _values(partner, knowledge, limits):
            given = _with(knowledge, {partner.name: value})
            critical.update(dict.fromkeys(_values(first, given, limits)))
    for value in critical:
        chosen = {first.name: value}
        for further in _choices(rest, last, _with(knowledge, chosen), limits):
            yield {**chosen, **further}


def _bears_on(partner: FactInPlay, fact: FactInPlay, knowledge: Knowledge) -> bool:
    """Whether a fact may turn elsewhere once a partner is known: something is computed from the
    two, or from the fact and what is not known, which may hang on the partner.
    """
    sources_of = knowledge.in_play.sources_of
    for each in fact.crossed:
        for name in sources_of[each.fact.name]:
            if name == partner.name or (name != fact.name and name not in knowledge.values):
                return True
    return False


def _values(fact: FactInPlay, knowledge: Knowledge, limits: Limits) -> Iterator[Value]:
    """A value of one fact from every run between cuts, the other facts as they are known; only
    those that it can have, where it can have any.
    """
    found = _any_values(fact, knowledge, limits)
    if fact.name in limits.left:
        every = list(found)
        found = iter([value for value in every if limits.can_be(fact.fact, value)] or every)
    yield from found


def _any_values(fact: FactInPlay, knowledge: Knowledge, limits: Limits) -> Iterator[Value]:
    definition = fact.fact
    first, last, step = definition.first_code, definition.last_code, definition.step
    if last - first < FEW_VALUES:
        for _, values in fact.effects:
            yield next((v for v in values if limits.can_be(definition, v)), values[0])
        return
    first, last = limits.of(definition)
    cuts = Cuts(knowledge).of(fact.name)
    anchors = [first, *cuts]
    if fact.turns_yearly:
        anchors = [*cuts, *_turning_days(fact, knowledge)]
    elif fact.wavers:
        anchors += _days_of_years(fact, cuts, knowledge)
    elif fact.crossed:  # what is computed turns with other facts too: some value to turn about
        day = knowledge.as_of.toordinal()
        anchors += [day] if "day" in definition.kind.fits else [first + step, last]
    if fact.name in limits.left:  # beside a day that it cannot be, the next
        anchors = [*anchors, first, *(code + step for code in anchors)]
    codes = {-(-code // step) * step for code in anchors}
    for code in sorted(code for code in codes if first <= code <= last):
        yield definition.value(code)


def _days_of_years(fact: FactInPlay, cuts: list[int], knowledge: Knowledge) -> Iterator[int]:
    """The days of the years next to something known, or to a cut, at which something turns in every
    year, and the days before.
    """
    known = [value for value in knowledge.values.values() if isinstance(value, date)]
    about = {knowledge.as_of.year, *(day.year for day in known)}
    about |= {date.fromordinal(cut).year for cut in cuts if 0 < cut <= LAST_DAY.toordinal()}
    for year in sorted({near + more for near in about for more in (-1, 0, 1)}):
        for month, day in fact.turns_of_year:
            code = date(year, month, day).toordinal()
            yield from (code - 1, code)
    yield knowledge.as_of.toordinal()


def _turning_days(fact: FactInPlay, knowledge: Knowledge) -> Iterator[int]:
    """Days on which something may turn that is computed with the anniversary of a day: those about
    the days that are known, and those about anniversaries, also some distance away.
    """
    in_play = knowledge.in_play
    sources = {name for each in fact.crossed for name in in_play.sources_of[each.fact.name]}
    days = {
        name: value
        for name in sorted(sources - {fact.name})
        if isinstance(value := knowledge.values.get(name), date)
    }
    if not days:
        yield knowledge.as_of.toordinal()
        return
    distances = {edge for each in fact.crossed for edge in each.edges if 1 < edge < SHORT}
    for name, day in days.items():
        code = day.toordinal()
        turning = [code - 1, code, code + 1, *(code + d - 1 for d in distances)]
        turning += [code + distance for distance in distances]
        yield from turning
        if fact.name in in_play.recurring:
            yield from (anniversary(date.fromordinal(c), -1).toordinal() for c in turning)
        elif name in in_play.recurring:
            others = [other for other in days.values() if other != day] or [knowledge.as_of]
            about = {other.year for other in (*others, day)}  # its own first anniversary too
            for year in sorted({year + more for year in about for more in (0, 1)}):
                code = anniversary(day, year - day.year).toordinal()
                yield from (code - 1, code, code + 1)
                for distance in distances:
                    yield from (code - distance, code - distance + 1)
