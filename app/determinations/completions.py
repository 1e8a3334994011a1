"""What unknown facts can still turn out to be: every way in which they can meet the conditions that
rest on them.

Values that meet the same conditions are one *cell*. Facts that something is computed from together
cannot be looked at one by one: they form a *group*. Its cells are found at critical values: where a
condition turns for one fact, the others being known, and one step before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.determinations.knowledge import FactInPlay, Knowledge
from app.determinations.what_if import WhatIf
from app.law.facts import Value
from app.law.functions import anniversary

Bits = tuple[int, int]
"""The conditions met and the conditions known."""
Cells = tuple[int, ...]
Chosen = dict[str, Value]
FEW_VALUES = 64
"""Facts with no more values than this are looked at value by value."""
SHORT = 5_000
"""Distances between days that the law looks at, in days, are shorter."""


@dataclass(frozen=True, slots=True)
class Group:
    """Unknown facts that are looked at together, mostly one, with their cells.

    *lines* has for each fact the sets of cells among which it alone can move, *answers* those that
    are left once it is known. *examples* are values in each cell.
    """

    facts: tuple[FactInPlay, ...]
    behind: int
    cells: tuple[Bits, ...]
    lines: tuple[tuple[Cells, ...], ...]
    answers: tuple[tuple[Cells, ...], ...]
    examples: tuple[Chosen, ...]


def groups_of(knowledge: Knowledge) -> list[Group]:
    """The unknown facts of a case, in the order in which the law looks at them."""
    in_play = knowledge.in_play
    unknown = {fact.name: fact for fact in knowledge.unknown}
    groups: list[Group] = []
    placed: set[str] = set()
    for name in in_play.order:
        if name not in unknown or name in placed:
            continue
        together = _together(name, unknown, in_play.linking)
        placed.update(together)
        names = tuple(n for n in in_play.order if n in together)
        group = in_play.groups.get(names)
        if group is None:
            group = _group(tuple(unknown[n] for n in names), knowledge)
            if not any(_rests_on_known(unknown[n], knowledge, names) for n in names):
                in_play.groups[names] = group  # the law alone says it: no value bears on it
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


def _rests_on_known(fact: FactInPlay, knowledge: Knowledge, names: tuple[str, ...]) -> bool:
    sources = knowledge.in_play.sources_of
    return any(
        source not in names for computed, _ in fact.crossed for source in sources[computed.name]
    )


def _group(facts: tuple[FactInPlay, ...], knowledge: Knowledge) -> Group:
    numbers: dict[Bits, int] = {}
    examples: list[Chosen] = []

    def cell(at: Knowledge, chosen: Chosen) -> int:
        bits = _bits_of(facts, at)
        if bits not in numbers:
            numbers[bits] = len(numbers)
            examples.append(chosen)
        return numbers[bits]

    lines, answers = list[tuple[Cells, ...]](), list[tuple[Cells, ...]]()
    for fact in facts:
        others = tuple(other for other in facts if other is not fact)
        moves: dict[Cells, None] = {}
        left: dict[Value, set[int]] = {}
        for chosen in _choices(others, fact, knowledge):
            line = set()
            given = _with(knowledge, chosen)
            for value in _values(fact, given):
                at = cell(_with(given, {fact.name: value}), {**chosen, fact.name: value})
                line.add(at)
                left.setdefault(value, set()).add(at)
            moves[tuple(sorted(line))] = None
        lines.append(tuple(moves))
        answers.append(tuple(dict.fromkeys(tuple(sorted(cells)) for cells in left.values())))
    behind = 0
    for fact in facts:
        behind |= fact.behind
    return Group(facts, behind, tuple(numbers), tuple(lines), tuple(answers), tuple(examples))


def _with(knowledge: Knowledge, chosen: Mapping[str, Value]) -> Knowledge:
    if not chosen:
        return knowledge
    stated = {**knowledge.stated, **chosen}
    return Knowledge.of(knowledge.in_play, stated, knowledge.as_of)


def _bits_of(facts: tuple[FactInPlay, ...], at: Knowledge) -> Bits:
    """The conditions on some facts that their values meet, and those they settle."""
    behind = 0
    for fact in facts:
        behind |= fact.behind
    met, known = at.in_play.compiled.bits(at.codes)
    return met & behind, known & behind


def _choices(
    others: tuple[FactInPlay, ...], last: FactInPlay, knowledge: Knowledge
) -> Iterator[Chosen]:
    """Values of some facts such that each way in which *last* can move is seen with one of them."""
    if not others:
        yield {}
        return
    first, rest = others[0], others[1:]
    critical = dict.fromkeys(_values(first, knowledge))
    for partner in () if _turns_yearly(first) else (*rest, last):
        for value in _values(partner, knowledge):
            critical.update(dict.fromkeys(_values(first, _with(knowledge, {partner.name: value}))))
    for value in critical:
        chosen = {first.name: value}
        for further in _choices(rest, last, _with(knowledge, chosen)):
            yield {**chosen, **further}


def _values(fact: FactInPlay, knowledge: Knowledge) -> Iterator[Value]:
    """A value of one fact from every run between cuts, the other facts as they are known."""
    definition = fact.fact
    first, last, step = definition.first_code, definition.last_code, definition.step
    if last - first < FEW_VALUES:
        yield from (values[0] for _, values in fact.effects)
        return
    cuts = WhatIf(knowledge).cuts(fact.name)
    anchors = [first, *cuts]
    if _turns_yearly(fact):
        anchors = [*cuts, *_turning_days(fact, knowledge)]
    elif fact.crossed:  # what is computed turns with other facts too: some value to turn about
        day = knowledge.as_of.toordinal()
        anchors += [day] if "day" in definition.kind.fits else [first + step, last]
    codes = {-(-code // step) * step for code in anchors}
    for code in sorted(code for code in codes if first <= code <= last):
        yield definition.value(code)


def _turns_yearly(fact: FactInPlay) -> bool:
    """Whether something is computed from a fact with the anniversary of a day."""
    in_play = fact.in_play
    return any(
        not in_play.recurring.isdisjoint(in_play.sources_of[computed.name])
        for computed, _ in fact.crossed
    )


def _turning_days(fact: FactInPlay, knowledge: Knowledge) -> Iterator[int]:
    """Days on which something may turn that is computed with the anniversary of a day: those about
    the days that are known, and those about anniversaries, also some distance away.
    """
    in_play = knowledge.in_play
    sources = {name for computed, _ in fact.crossed for name in in_play.sources_of[computed.name]}
    days = {
        name: value
        for name in sorted(sources - {fact.name})
        if isinstance(value := knowledge.values.get(name), date)
    }
    if not days:
        yield knowledge.as_of.toordinal()
        return
    distances = {edge for _, edges in fact.crossed for edge in edges if 1 < edge < SHORT}
    for name, day in days.items():
        code = day.toordinal()
        turning = [code - 1, code, code + 1, *(code + d - 1 for d in distances)]
        turning += [code + distance for distance in distances]
        yield from turning
        if fact.name in in_play.recurring:
            yield from (anniversary(date.fromordinal(c), -1).toordinal() for c in turning)
        elif name in in_play.recurring:
            others = [other for other in days.values() if other != day] or [knowledge.as_of]
            for year in sorted({other.year + more for other in others for more in (0, 1)}):
                code = anniversary(day, year - day.year).toordinal()
                yield from (code - 1, code, code + 1)
                for distance in distances:
                    yield from (code - distance, code - distance + 1)
