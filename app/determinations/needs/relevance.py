"""Which unknown facts can still change the outcome, and whether any can. Exact.

Three-valued logic calls some outcomes undetermined that are settled, because two conditions on one
fact are not independent. So the unknown facts are tried cell by cell, only those that paths still
open look at, and no further than until the outcome is settled. What is found is a decision diagram
in one order of facts, in which equal parts are one: then a fact stands in the diagram if and only
if it can change the outcome.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.completions import Cells, Chosen, Group, Limits, Way, groups_of
from app.engine.compiled import UNDETERMINED
from app.engine.evaluation import OUTCOMES_BY_CODE
from app.law.facts import FactDefinition, Value
from app.law.questions import Outcome

TERMINALS = 4
EXCLUDED = -1
Path = tuple[Chosen, ...]
"""Values of the facts of some groups."""


class Diagram:
    """What a question comes to in every completion of what is not known.

    A node is a number: an outcome's code, or a group of facts with a node for each cell. *support*
    are the facts that bear on a node, a bit each, *ends* the outcomes it can come to.
    """

    def __init__(self, groups: list[Group]) -> None:
        self.groups = groups
        self.names = [fact.name for group in groups for fact in group.facts]
        self._first_bit = []
        bit = 0
        for group in groups:
            self._first_bit.append(bit)
            bit += len(group.facts)
        self.levels = [len(groups)] * TERMINALS
        self.children: list[Cells] = [()] * TERMINALS
        self.support = [0] * TERMINALS
        self.ends = [1 << code for code in range(TERMINALS)]
        self._nodes: dict[tuple[int, Cells], int] = {}

    def node(self, level: int, children: Cells) -> int:
        """The node of a group with these nodes for its cells; the same ones, the same node."""
        first = -1
        for child in children:
            if child != EXCLUDED:
                if first == -1:
                    first = child
                elif child != first:
                    break
        else:
            return first
        found = self._nodes.get((level, children))
        if found is None:
            found = self._nodes[level, children] = len(self.levels)
            ends, support = 0, self._own_support(level, children)
            for child in set(children):
                if child != EXCLUDED:
                    ends |= self.ends[child]
                    support |= self.support[child]
            self.levels.append(level)
            self.children.append(children)
            self.support.append(support)
            self.ends.append(ends)
        return found

    def _own_support(self, level: int, children: Cells) -> int:
        """The facts of a group that alone can move between cells that end otherwise."""
        lines, bit = self.groups[level].found.lines, 1 << self._first_bit[level]
        if len(lines) == 1:
            return bit
        support = 0
        for of_fact in lines:
            for cells in of_fact:
                reached = {children[cell] for cell in cells}
                reached.discard(EXCLUDED)
                if len(reached) > 1:
                    support |= bit
                    break
            bit <<= 1
        return support

    def restricted(self, root: int, level: int, cells: Cells) -> int:
        """The same with one group in some of its cells only."""
        done: dict[int, int] = {}
        allowed = frozenset(cells)

        def restrict(node: int) -> int:
            at = self.levels[node]
            if at > level:
                return node
            found = done.get(node)
            if found is None:
                children = self.children[node]
                if at == level:
                    if len(cells) == 1:
                        found = children[cells[0]]
                    else:
                        kept = tuple(
                            child if cell in allowed else EXCLUDED
                            for cell, child in enumerate(children)
                        )
                        found = self.node(level, kept)
                else:
                    found = self.node(
                        at, tuple([EXCLUDED if c == EXCLUDED else restrict(c) for c in children])
                    )
                done[node] = found
            return found

        return restrict(root)

    def is_settled(self, node: int) -> bool:
        """Whether all completions come to one outcome."""
        ends = self.ends[node]
        return ends & (ends - 1) == 0

    def facts_left(self, node: int) -> int:
        """How many facts are still needed."""
        return 0 if self.is_settled(node) else self.support[node].bit_count()


class Relevance:
    """The completions of one case whose outcome three-valued logic leaves undetermined."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge, self.compiled = knowledge, knowledge.in_play.compiled
        self.met, self.known = self.compiled.bits(knowledge.codes)
        _, _, left = self.compiled.explore(self.met, self.known)
        self.groups = groups_of(knowledge, left)
        self._differing: tuple[Path, Path] | None = None
        self._solved: dict[tuple[object, int, int], int] = {}
        self._tried = [0]
        """For each level, the conditions on facts that were tried before, as bits: those that are
        open still cannot be worked out."""
        for group in self.groups:
            self._tried.append(self._tried[-1] | group.behind)

    @cached_property
    def diagram(self) -> Diagram:
        """The decision diagram, empty until the root is asked for."""
        return Diagram(self.groups)

    @cached_property
    def root(self) -> int:
        """The node of the case as it is known."""
        return self._solve(0, self.met, self.known)

    def _solve(self, level: int, met: int, known: int) -> int:
        code, flags, left = self.compiled.explore(met, known)
        if code != UNDETERMINED:
            return code
        groups, level = self.groups, self._next_level(level, left)
        if level == len(groups):  # some text is missing, or something cannot be worked out
            return UNDETERMINED
        key = (flags, left, left & self._tried[level])
        found = self._solved.get(key)
        if found is None:
            solve, following = self._solve, level + 1
            children = tuple(
                [solve(following, met | m, known | k) for m, k in groups[level].found.cells]
            )
            found = self._solved[key] = self.diagram.node(level, children)
        return found

    def _next_level(self, level: int, left: int) -> int:
        """The next group on which open conditions rest; one beyond the last where none does."""
        groups = self.groups
        while level < len(groups) and not groups[level].behind & left:
            level += 1
        return level

    @cached_property
    def outcome(self) -> Outcome:
        """The outcome that all completions come to; undetermined where two differ."""
        paths: dict[int, Path] = {}
        for end, path in self._ends():
            paths.setdefault(end, path)
            if len(paths) > 1:
                one, other = paths.values()
                self._differing = one, other
                return "undetermined"
        return OUTCOMES_BY_CODE[end]

    def witnesses(self) -> tuple[Mapping[str, Value], ...]:
        """Two ways to complete what is missing that come to different outcomes, where there are."""
        if self.outcome != "undetermined" or self._differing is None:
            return ()
        return tuple([self._completed(path) for path in self._differing])

    def _completed(self, path: Path) -> dict[str, Value]:
        """Values that lead along a path of cells, and of every other fact some value that it can
        have beside what was stated.
        """
        knowledge = self.knowledge
        unknown = knowledge.unknown(-1)
        limits = Limits(tuple(unknown.values()), knowledge)
        completed = {
            name: limits.value_near(fact.fact, knowledge.as_of) for name, fact in unknown.items()
        }
        completed = dict(knowledge.without_following(completed))
        for chosen in path:
            completed.update(chosen)
        return completed

    def _ends(self) -> Iterator[tuple[int, Path]]:
        """What completions come to, with the cells that lead there; those first that are found with
        the least work.
        """
        groups = sorted(self.groups, key=lambda group: (len(group.facts), not group.of_law_alone))
        seen, put_off = set[tuple[object, int, int]](), list[tuple[Group, int, int, int, Path]]()
        open_still: list[tuple[int, int, int, Path]] = [(self.met, self.known, 0, ())]
        while open_still or put_off:
            if not open_still:
                costly, met, known, tried, path = put_off.pop()
                open_still += _branches(costly.every_way(), met, known, tried, path)
            met, known, tried, path = open_still.pop()
            code, flags, left = self.compiled.explore(met, known)
            if code != UNDETERMINED:
                yield code, path
            elif (flags, left, left & tried) not in seen:
                seen.add((flags, left, left & tried))
                group = next((group for group in groups if group.behind & left & ~tried), None)
                if group is None:
                    yield UNDETERMINED, path
                    continue
                tried |= group.behind
                if len(group.facts) > 1:
                    put_off.append((group, met, known, tried, path))
                    ways: Iterable[Way] = group.likely_ways
                else:
                    ways = group.every_way()
                open_still += _branches(ways, met, known, tried, path)

    def needs(self) -> tuple[FactDefinition, ...]:
        """Every fact that can change the outcome, first the one that leaves the fewest to ask."""
        if self.outcome != "undetermined":
            return ()
        expected = sorted(self._expected())
        return tuple(self.knowledge.in_play.stated[name] for _, name in expected)

    def _expected(self) -> Iterator[tuple[float, str]]:
        """Each needed fact with how many are expected to be left once it is known, its cells
        equally likely.
        """
        diagram, root, bit = self.diagram, self.root, 1
        support = diagram.support[root]
        for level, group in enumerate(self.groups):
            for fact, answers in zip(group.facts, group.found.answers, strict=True):
                if support & bit:
                    left = sum(
                        diagram.facts_left(diagram.restricted(root, level, cells))
                        for cells in answers
                    )
                    yield left / len(answers), fact.name
                bit <<= 1

    def leaves(self) -> Iterator[dict[str, Value]]:
        """The ways in which what is not known was told apart until the outcome was settled, in an
        order that does not change.
        """
        yield from self._leaves(0, self.met, self.known, {}, set())

    def _leaves(
        self,
        level: int,
        met: int,
        known: int,
        chosen: dict[str, Value],
        seen: set[tuple[object, int, int]],
    ) -> Iterator[dict[str, Value]]:
        """The leaves below a node; where two leave the same open, those of the first."""
        groups = self.groups
        code, flags, left = self.compiled.explore(met, known)
        level = self._next_level(level, left)
        if code != UNDETERMINED or level == len(groups):
            yield chosen
            return
        key = (flags, left, left & self._tried[level])
        if key in seen:
            return
        seen.add(key)
        group = groups[level]
        for (m, k), example in zip(group.found.cells, group.found.examples, strict=True):
            further = {**chosen, **example}
            yield from self._leaves(level + 1, met | m, known | k, further, seen)


def _branches(
    ways: Iterable[Way], met: int, known: int, tried: int, path: Path
) -> Iterator[tuple[int, int, int, Path]]:
    for (more_met, more_known), chosen in ways:
        yield met | more_met, known | more_known, tried, (*path, chosen)


def exact_outcome(knowledge: Knowledge, witnesses: Iterable[Mapping[str, Value]] = ()) -> Outcome:
    """The outcome of a case that three-valued logic leaves undetermined, where all completions of
    what is not known come to the same. *witnesses* are completions that may differ, tried first.
    """
    in_play, before = knowledge.in_play, UNDETERMINED
    for more in map(knowledge.without_following, witnesses):
        stated, codes = {**knowledge.stated, **more}, in_play.codes_of(more)
        codes = {**knowledge.codes_of_stated, **codes}
        completed = Knowledge.of(in_play, stated, knowledge.as_of, codes)
        code = in_play.compiled.outcome(*in_play.compiled.bits(completed.codes))
        if UNDETERMINED != code != before != UNDETERMINED:
            return "undetermined"
        before = code if code != UNDETERMINED else before
    return Relevance(knowledge).outcome
