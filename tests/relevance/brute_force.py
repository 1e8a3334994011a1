"""A second oracle for small cases: every completion is looked at.

It reads conditions by their codes, as the product does, and the order of outcomes once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from app.law.facts import FactDefinition
from app.law.questions import Outcome
from app.law.standing import StandingLaw, StandingProvision
from tests.relevance.reading import FIRST_UNKNOWN, LAST_UNKNOWN

Everything = tuple[frozenset[Outcome], frozenset[str]]
"""The outcomes of all completions, and the facts that alone change one."""


def cells(law: StandingLaw, fact: FactDefinition) -> list[int]:
    """Codes of a fact, at least one between any two at which a condition on it turns."""
    first, last = fact.first_code, fact.last_code
    if fact.type in ("flag", "choice", "outcome"):
        return list(range(first, last + 1))
    if fact.type == "day":
        first, last = FIRST_UNKNOWN.toordinal(), LAST_UNKNOWN.toordinal()
    edges = {e for c in law.conditions if c.fact.name == fact.name for e in c.accepts.edges()}
    near = {e + off for e in edges for off in (-2, -1, 0, 1)} | {first, last}
    return sorted(code for code in near if first <= code <= last and code % fact.step == 0)


def outcome(law: StandingLaw, codes: Mapping[str, int], unread: Mapping[int, bool]) -> Outcome:
    """The outcome of a complete case; *unread* says which unread provisions apply."""
    outcomes: dict[str, Outcome] = {}
    known = dict(codes)
    for question in law.questions:
        applies = {p.index: _applies(p, known, unread) for p in question.provisions}
        outcomes[question.question.id] = found = _ordered(question.provisions, applies)
        code = ("eligible", "ineligible", "referred").index(found)
        known.setdefault(question.question.id, code)
    return outcomes[law.asked.question.id]


def _applies(p: StandingProvision, codes: Mapping[str, int], unread: Mapping[int, bool]) -> bool:
    holds = any(all(codes[c.fact.name] in c.accepts for c in path) for path in p.paths)
    return holds and unread.get(p.index, True)


def _ordered(provisions: Sequence[StandingProvision], applies: Mapping[int, bool]) -> Outcome:
    effects = {p.effect for p in provisions if applies[p.index]}
    if "bars" in effects or "grants" not in effects:
        return "ineligible"
    return "referred" if "refers" in effects else "eligible"


def everything(
    law: StandingLaw, facts: Mapping[str, Sequence[Any]], known: Mapping[str, int]
) -> Everything:
    """What all completions come to; *facts* are the unknown ones with the codes to try."""
    by_case: dict[tuple[Any, ...], Outcome] = {}
    unread = [p.index for p in law.provisions if p.is_unread]
    choices = [*facts.values(), *([False, True] for _ in unread)]
    for chosen in product(*choices):
        codes = {**known, **dict(zip(facts, chosen, strict=False))}
        texts = dict(zip(unread, chosen[len(facts) :], strict=True))
        by_case[chosen] = outcome(law, codes, texts)
    return frozenset(by_case.values()), frozenset(_needed(facts, by_case))


def _needed(
    facts: Mapping[str, Sequence[Any]], by_case: Mapping[tuple[Any, ...], Outcome]
) -> Iterator[str]:
    for at, name in enumerate(facts):
        met: dict[tuple[Any, ...], Outcome] = {}
        for case, found in by_case.items():
            others = (*case[:at], *case[at + 1 :])
            if met.setdefault(others, found) != found:
                yield name
                break
