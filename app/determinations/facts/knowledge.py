"""What is known of a case: what was stated, what the law presumes, what follows by computation; as
values and as codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.determinations.answer import Source
from app.determinations.facts.facts_in_play import FactInPlay, FactsInPlay
from app.law.facts import FactDefinition, Value
from app.law.questions import Outcome


@dataclass(slots=True)
class Knowledge:
    """The facts of one case under one standing law. *found* are those among the stated that the
    service found where they are kept; they count like those that the caller stated.
    """

    in_play: FactsInPlay
    stated: Mapping[str, Value]
    as_of: date
    values: dict[str, Value]
    codes: dict[str, int]
    codes_of_stated: Mapping[str, int]
    found: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        in_play: FactsInPlay,
        stated: Mapping[str, Value],
        as_of: date,
        codes_of_stated: Mapping[str, int] | None = None,
    ) -> "Knowledge":
        """Everything that follows from what was stated.

        The fact that names the governing day is the day asked about where the caller did not state
        it. A flag that contradicts what was stated unless it has one value has that one.
        *codes_of_stated* are given where they are known from another standing law.
        """
        if codes_of_stated is None:
            codes_of_stated = in_play.codes_of(stated)
        values = {**in_play.presumed, **stated}
        codes = {**in_play.codes_of_presumed, **codes_of_stated}
        governing = in_play.governing
        if governing is not None and governing not in stated:
            values[governing], codes[governing] = as_of, as_of.toordinal()
        for name, among, flag, is_so in in_play.implied:
            if name in stated and flag not in stated and (not among or stated[name] in among):
                values[flag], codes[flag] = is_so, int(is_so)
        for name, derive, code_of in in_play.derived:
            value = derive(values)
            if value is not None:
                values[name] = value  # type: ignore[assignment]
                codes[name] = code_of(value)
        return cls(in_play, stated, as_of, values, codes, codes_of_stated)

    def with_more(self, more: Mapping[str, Value]) -> "Knowledge":
        """The same with some facts stated that were not, or stated otherwise."""
        in_play = self.in_play
        values, codes = {**self.values, **more}, self.codes.copy()
        for name, value in more.items():
            fact = in_play.facts.get(name)
            if fact is None:
                continue
            codes[name] = fact.fact.code_of(value)
            fact.carry(values)
            for computed, _, code_of, _ in fact.carried:
                if computed in values:
                    codes[computed] = code_of(values[computed])
                else:
                    codes.pop(computed, None)
        stated = {**self.stated, **more}
        return Knowledge(in_play, stated, self.as_of, values, codes, self.codes_of_stated)

    def source_of(self, fact: FactDefinition) -> Source | None:
        """Where the value of a fact comes from; none where it is unknown."""
        name = fact.name
        if name in self.stated:
            return "found" if name in self.found else "stated"
        if name not in self.values:
            return None
        if fact.computed is not None:
            return "computed"
        if name == self.in_play.governing:
            return "as_of"
        return "presumed" if fact.presumed is not None else "computed"

    def follows(self, flag: str, outcomes: Mapping[str, Outcome]) -> str | None:
        """The question that a flag follows from by the outcomes found; none where it was stated."""
        question = self.in_play.flags.get(flag)
        if question is None or flag in self.stated or outcomes[question] == "undetermined":
            return None
        return question

    def without_following(self, more: Mapping[str, Value]) -> Mapping[str, Value]:
        """Values for facts that were not stated, without those for flags that follow."""
        in_play, compiled, codes = self.in_play, self.in_play.compiled, self.codes
        if in_play.told_of_flags.isdisjoint(codes):
            return more
        outcomes = compiled.evaluate(*compiled.bits(codes)).outcomes
        return {name: value for name, value in more.items() if self.follows(name, outcomes) is None}

    def unknown(self, left: int) -> dict[str, FactInPlay]:
        """The facts by name that the caller did not state and that some of these conditions rest
        on, in the order of the law; questions decided here apart.
        """
        values, used = self.values, self.in_play.used
        return {
            fact.name: fact
            for fact in self.in_play.in_order
            if fact.behind & left and fact.name not in values and fact.name not in used
        }
