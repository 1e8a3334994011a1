"""What every sentence of every answer has in common: nothing left empty, no needless digits."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.errors import LawNotEncoded
from app.law.lawbook import Lawbook
from app.law.provision import Provision
from app.law.sentences import Sentence
from tests.determinations.any_case import cases

LONG = re.compile(r"\d+\.\d{3,}")
HOLE = re.compile(r"[{}…]|not stated")
SPOKEN = ("says", "because", "cautions", "do", "why")


def sentences(value: Any, inside: str = "") -> Iterator[str]:
    """Every text of an answer that is for people."""
    if isinstance(value, str):
        if inside in SPOKEN:
            yield value
    elif isinstance(value, list):
        for member in value:
            yield from sentences(member, inside)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from sentences(member, name)


def stated_numbers(case: Case, answer: Any) -> set[Decimal]:
    """The decimals that a person stated or that a change asks for: told as they were written."""
    changes = [change for each in answer["would_change"] for change in each["if"]]
    asked = [value for c in changes for value in (c["to"], *c.get("or_to", []))]
    written = [str(value) for value in (*case.facts.values(), *asked)]
    return {abs(Decimal(text)) for text in written if re.fullmatch(r"-?\d+(\.\d+)?", text)}


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_sentence_is_left_with_a_gap_or_with_more_digits_than_the_law_has(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook))
    try:
        answer = orjson.loads(decider.decide(case).json())
    except LawNotEncoded:
        return

    stated = stated_numbers(case, answer)
    for sentence in sentences(answer):
        assert not HOLE.search(sentence), sentence
        assert {Decimal(number) for number in LONG.findall(sentence)} <= stated, sentence


def test_without_the_base_increase_the_cap_is_told_without_a_number(decider: Decider) -> None:
    facts = {
        "rate.starts_on": date(2011, 5, 1),
        "rate.for_renewal": True,
        "rate.factor_increase": Decimal(20),
    }
    decided = decider.decide(Case("rate.renewal_increase", facts, date(2011, 5, 1), "chapter-288"))

    assert ("ineligible", "The increase is over the transitional cap.") == (
        decided.outcome,
        decided.says,
    )


@pytest.mark.parametrize(("base", "told"), [("5", "20 percent"), ("5.1234", "about 20.12 percent")])
def test_with_it_the_cap_is_told(decider: Decider, base: str, told: str) -> None:
    facts = {
        "rate.starts_on": date(2011, 5, 1),
        "rate.for_renewal": True,
        "rate.factor_increase": Decimal(20),
        "rate.base_increase": Decimal(base),
    }
    decided = decider.decide(Case("rate.renewal_increase", facts, date(2011, 5, 1), "chapter-288"))

    assert f"It allows {told} at most" in decided.says


AMOUNT = re.compile(r"([\d,.]*\d)(?= dollars?\b)")


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_money_has_its_cents_in_every_sentence(decider: Decider, data: st.DataObject) -> None:
    with_money = {
        provision.answers
        for provision in decider.lawbook.provisions.values()
        for sentence in sentences_with_gaps(provision)
        if "dollars" in str(sentence)
    }
    case = data.draw(cases(decider.lawbook, data.draw(st.sampled_from(sorted(with_money)))))
    try:
        answer = orjson.loads(decider.decide(case).json())
    except LawNotEncoded:
        return

    for sentence in sentences(answer):
        for amount in AMOUNT.findall(sentence):
            assert re.search(r"\.\d\d$", amount), sentence


def sentences_with_gaps(provision: Provision) -> Iterator[Sentence]:
    for condition in provision.conditions:
        yield from (condition.met, condition.not_met)


def test_a_price_has_its_cents(decider: Decider) -> None:
    facts = {
        "cooperative.premium_inside": Decimal("1412.5"),
        "cooperative.premium_outside": Decimal(400),
        "cooperative.rated_as_outside": True,
    }
    case = Case("cooperative.price_permitted", facts, date(2012, 5, 1), "chapter-288")

    assert decider.decide(case).because == (
        "A month costs 1,412.50 dollars inside the cooperative and 400.00 dollars outside it.",
    )


@given(data=st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_later_law_does_not_tell_what_the_earlier_one_would_still_need(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook))
    try:
        decided = decider.decide(replace(case, edition="current"))
    except LawNotEncoded:
        return

    needs_more = decided.question.brief("undetermined")
    for caution in decided.cautions:
        assert not (caution.startswith("The edition") and needs_more in caution), caution


SAID_OTHERWISE = {"lives": "people", "years": "years|age"}
"""Units for which sentences have other words."""


def test_sentences_say_the_unit_of_what_is_required(lawbook: Lawbook) -> None:
    """In the same sentence, so that nobody has to look for it: 33 percent or more."""
    missing = []
    for provision in lawbook.provisions.values():
        for condition in provision.conditions:
            fact = lawbook.vocabulary.get(condition.fact)
            if fact is None or fact.unit in (None, "factor"):
                continue
            unit = SAID_OTHERWISE.get(fact.unit, re.escape(fact.unit.removesuffix("s")))
            for text in (str(condition.met), str(condition.not_met)):
                for sentence in re.split(r"(?<=[.]) ", text):
                    if "{required}" in sentence and not re.search(unit, sentence):
                        missing.append(f"{provision.id}/{condition.id}: {sentence}")

    assert "" == "\n".join(missing)
