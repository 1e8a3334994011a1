"""Nobody is asked for what is behind a flag that follows, and nobody is asked more than before."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.law.lawbook import Lawbook
from app.law.reading.library import lawbook_of
from app.law.reading.rulesets import sources_in
from tests.determinations.test_following import BEHIND, FLAG, GAP, KIND
from tests.relevance.any_partial import PartialCases
from tests.relevance.oracle import Oracle

RULESETS = Path(__file__).parents[2] / "rulesets"


@pytest.fixture(scope="module")
def plain() -> Decider:
    """The law in force with flags that do not follow from anything."""
    texts = {
        file: "\n".join(line for line in (text or "").split("\n") if "follows_from:" not in line)
        for file, text in sources_in(RULESETS).items()
    }
    return Decider(lawbook_of(texts))


def people(lawbook: Lawbook, question: str, count: int) -> Iterator[Case]:
    """Random people, of whom everything is known, also what is behind flags."""
    drawn = PartialCases(Oracle(lawbook), question, "chapter-288", "following")
    random = Random("following")
    while count:
        reading, day = drawn.law()
        if not reading.flags:
            continue
        count -= 1
        facts = drawn.person(reading, day, stating=0)
        if drawn.governing is not None:
            facts[drawn.governing] = day
        gap = random.choice((0, 63, 64))
        further = {KIND: random.choice(("employer_plan", "medicare", "other")), GAP: gap}
        yield Case(question, {**facts, **further}, day, "chapter-288")


def interview(decider: Decider, person: Case, start: Mapping[str, Any]) -> list[str]:
    """What is asked of somebody, one need after another."""
    asked: dict[str, Any] = {}
    while True:
        decided: Determination = decider.decide(replace(person, facts={**start, **asked}))
        needs = [need.name for need in decided.needs]
        assert not BEHIND & set(needs)
        if not needs or needs[0] not in person.facts or needs[0] in asked:
            return [*asked, *needs[:1]]
        asked[needs[0]] = person.facts[needs[0]]


@pytest.mark.parametrize("question", ["enrollment.permitted", "waiver.reviewable"])
def test_nobody_is_asked_for_what_is_behind_a_flag_and_interviews_stay_as_they_are(
    decider: Decider, plain: Decider, question: str
) -> None:
    governing = decider.lawbook.question(question).governed_by
    lengths = list[tuple[int, int]]()
    for person in people(decider.lawbook, question, 40):
        start = {n: v for n, v in person.facts.items() if n == governing}
        as_before = interview(plain, person, start)
        told = {**start, KIND: person.facts[KIND], GAP: person.facts[GAP]}

        assert as_before == interview(decider, person, start)
        with_kind = interview(decider, person, told)
        assert FLAG not in with_kind
        lengths.append((len(with_kind), len(as_before)))
    # The next question is the one that is expected to leave the fewest: so it is over all people.
    assert sum(with_kind for with_kind, _ in lengths) <= sum(before for _, before in lengths)
    assert any(with_kind < before for with_kind, before in lengths)
    assert sum(longer > before for longer, before in lengths) <= len(lengths) // 20


@pytest.mark.parametrize("question", ["enrollment.permitted", "waiver.reviewable"])
def test_answers_to_people_who_tell_nothing_behind_a_flag_are_as_if_it_did_not_follow(
    decider: Decider, plain: Decider, question: str
) -> None:
    random = Random("answers")
    for person in people(decider.lawbook, question, 60):
        share = random.random()
        facts = {
            name: value
            for name, value in person.facts.items()
            if name not in BEHIND and (random.random() < share or name == FLAG)
        }
        case = replace(person, facts=facts)

        one, other = (orjson.loads(each.decide(case).json()) for each in (decider, plain))

        assert {**one, "law": None} == {**other, "law": None}
