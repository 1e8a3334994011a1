"""What would change an outcome is told in plain words, with whose act it is."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.answer import UNSET
from app.determinations.cases.case import Case
from app.determinations.changes.alternatives import WouldChange
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.telling.brief import brief_of
from app.law.errors import LawNotEncoded
from app.law.lawbook import Lawbook
from tests.determinations.any_case import cases


def decided(decider: Decider, data: st.DataObject) -> Determination | None:
    case = data.draw(cases(decider.lawbook))
    try:
        return decider.decide(case)
    except LawNotEncoded:
        return None


def is_open(change: WouldChange, favorable: str) -> bool:
    """The rule, written another way than the program writes it."""
    acts = {(part.fact.by, part.fact.irreversible) for part in change.changes}
    if change.kind != "act":
        return change.kind == "later"
    asked_for = {("office", False), ("office", True), ("carrier", True)}
    own = {("applicant", False), ("applicant", True)}
    return acts <= (own | asked_for if change.becomes == favorable else own)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_change_says_whose_act_it_is_and_only_what_is_open_is_told_in_brief(
    decider: Decider, data: st.DataObject
) -> None:
    found = decided(decider, data)
    if found is None:
        return
    full = found.answer()

    for change, told in zip(found.would_change, full.would_change, strict=True):
        assert [part.fact.by for part in change.changes] == [part.by for part in told.changes]
        assert is_open(change, found.question.favorable) == told.open_to_applicant
        assert told.says.endswith(".") and "{" not in told.says and "not stated" not in told.says
    open_ones = [change.says for change in full.would_change if change.open_to_applicant]
    assert open_ones == [change.says for change in brief_of(full).would_change]


def test_every_act_has_an_actor_and_every_question_words_for_what_would_be(
    lawbook: Lawbook,
) -> None:
    facts = [fact for fact in lawbook.vocabulary if fact.by == "nobody" and fact.actionable]
    assert ["carrier.asked_by_cooperative"] == [fact.name for fact in facts]
    for question in lawbook.questions.values():
        assert {"eligible", "ineligible"} <= set(question.would), question.id


def test_a_day_that_is_not_the_one_asked_about_is_told(decider: Decider) -> None:
    fact = decider.lawbook.fact("waiver.carrier_told_on")

    on_that_day = fact.as_clause([date(2011, 5, 1)], date(2011, 5, 1))
    on_another = fact.as_clause([date(2011, 5, 1)], date(2011, 5, 2))

    assert "you told the carrier about it" == on_that_day
    assert "you told the carrier about it by May 1, 2011" == on_another


def test_several_choices_are_told_by_what_the_others_are_not(decider: Decider) -> None:
    fact, day = decider.lawbook.fact("waiver.reason"), date(2011, 5, 1)

    others = [choice for choice in fact.choices if choice != "own_choice"]
    assert "you did not go without coverage by choice" == fact.as_clause(others, day)
    ways = decider.lawbook.fact("enrollment.channel").as_clause(["connector", "carrier"], day)
    assert ways == "you enrolled through the Connector or you enrolled with a carrier directly"
    assert decider.lawbook.fact("event.kind").as_clause(["marriage"], day) is None


def test_what_has_no_words_of_its_own_is_told_by_its_question(decider: Decider) -> None:
    denied = decider.decide(
        Case("enrollment.permitted", {"enrollment.requested_on": date(2011, 2, 16)},
             date(2011, 2, 16), "chapter-288")
    )  # fmt: skip

    told = [c for c in denied.answer().would_change if c.changes[0].fact == "enrollment.product"]
    assert told and all("the answer to “What does the person want" in c.says for c in told)
    assert all(c.changes[0].or_to is not UNSET for c in told)
