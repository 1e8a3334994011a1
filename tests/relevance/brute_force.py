"""A second oracle for small cases: every completion is looked at.

It reads conditions by their codes, as the product does, and the order of outcomes once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from app.law.facts import FactDefinition
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingLaw, StandingProvision
from tests.relevance.reading import FIRST_UNKNOWN, LAST_UNKNOWN

OUTCOMES: tuple[Outcome, ...] = ("eligible", "ineligible", "referred", "undetermined")
REFERRED = 2
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


def outcome(law: StandingLaw, codes: Mapping[str, int]) -> Outcome:
    """The outcome of a case of which every fact is known; text that nobody read stays open."""
    found: Outcome = "undetermined"
    known: dict[str, int | None] = dict(codes)
    for question in law.questions:
        id = question.question.id
        found = outcome_of_all([(p, _applies(p, known)) for p in question.provisions])
        is_used = any(c.fact.name == id for c in law.conditions)
        if is_used and codes.get(id, OUTCOMES.index(found)) == REFERRED:
            one, other = (outcome(law, {**codes, id: code}) for code in (0, 1))
            differing: Outcome = "undetermined" if "undetermined" in (one, other) else "referred"
            return one if one == other else differing
        code = OUTCOMES.index(found)
        known.setdefault(id, code if code < REFERRED else None)
    return found


def _applies(p: StandingProvision, codes: Mapping[str, int | None]) -> bool | None:
    paths = [[_met(c, codes[c.fact.name]) for c in path] for path in p.paths]
    if any(all(path) for path in paths):
        return None if p.lacks_text else True
    return False if all(False in path for path in paths) else None


def _met(condition: StandingCondition, code: int | None) -> bool | None:
    return None if code is None else code in condition.accepts


def outcome_of_all(applies: Sequence[tuple[StandingProvision, bool | None]]) -> Outcome:
    """Every referral decided in every way, and every text that nobody read taken both ways."""
    open_still = [p for p, a in applies if a is None and p.effect != "cautions"]
    found: set[Outcome] = set()
    for assumed in product((True, False), repeat=len(open_still)):
        given = dict(zip([p.index for p in open_still], assumed, strict=True))
        found.add(_decided([p for p, a in applies if given.get(p.index, a)]))
    return found.pop() if len(found) == 1 else "undetermined"


def _decided(applying: Sequence[StandingProvision]) -> Outcome:
    choices = {"grant": ("grants", ""), "bar": ("bars", ""), "either": ("grants", "bars")}
    referrals = [choices[str(p.provision.may)] for p in applying if p.effect == "refers"]
    found: set[Outcome] = set()
    for way in product(*referrals):
        effects = {*way, *(p.effect for p in applying)}
        granted = "grants" in effects and "bars" not in effects
        found.add("eligible" if granted else "ineligible")
    return found.pop() if len(found) == 1 else "referred"


def everything(
    law: StandingLaw, facts: Mapping[str, Sequence[int]], known: Mapping[str, int]
) -> Everything:
    """What all completions come to; *facts* are the unknown ones with the codes to try."""
    by_case = {
        chosen: outcome(law, {**known, **dict(zip(facts, chosen, strict=True))})
        for chosen in product(*facts.values())
    }
    return frozenset(by_case.values()), frozenset(_needed(facts, by_case))


def _needed(
    facts: Mapping[str, Sequence[int]], by_case: Mapping[tuple[int, ...], Outcome]
) -> Iterator[str]:
    for at, name in enumerate(facts):
        met: dict[tuple[int, ...], Outcome] = {}
        for case, found in by_case.items():
            others = (*case[:at], *case[at + 1 :])
            if met.setdefault(others, found) != found:
                yield name
                break
