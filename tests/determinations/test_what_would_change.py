"""What would change the outcome, and until when it stands: exact, held against asking again, value
by value and day by day.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.changes.alternatives import FactChange, WouldChange
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.needs.relevance import Relevance
from app.law.facts import Value
from app.law.spans import LAST_DAY
from tests.determinations.any_case import (
    can_be,
    cases,
    conflicting,
    outcome_by_logic,
    plain_outcome,
    sparse_cases,
)
from tests.relevance.reading import IMPLIED

ONE_BY_ONE = 200
"""Up to so many values between two are all tried; of more, the first and last hundred."""


def with_changes(
    decider: Decider, case: Case, changes: tuple[FactChange, ...] | list[FactChange]
) -> Case:
    """The case as it would be."""
    facts, as_of = dict(case.facts), case.as_of
    governing = decider.lawbook.question(case.question).governed_by
    for change in changes:
        if change.fact.name in ("as_of", governing):
            assert isinstance(change.to, date)
            as_of = change.to
        if change.fact.name != "as_of":
            facts[change.fact.name] = change.to
    return replace(case, facts=facts, as_of=as_of)


def between(change: FactChange) -> Iterator[Value]:
    """The values nearer than the one a change names, without the one that was."""
    fact, was = change.fact, change.was
    if fact.type in ("flag", "choice", "outcome") or was is None:
        return
    start, end = fact.code(was) // fact.step, fact.code(change.to) // fact.step
    way = 1 if end > start else -1
    steps = range(start + way, end, way)
    tried = (
        steps
        if len(steps) <= ONE_BY_ONE
        else [*steps[: ONE_BY_ONE // 2], *steps[-ONE_BY_ONE // 2 :]]
    )
    for step in tried:
        yield fact.value(step * fact.step)


def check_change(decider: Decider, case: Case, decided: Determination, change: WouldChange) -> None:
    for to in (change.changes[0].to, *change.changes[0].or_to):
        first = change.changes[0]._replace(to=to)
        changed = with_changes(decider, case, [first, *change.changes[1:]])
        assert can_be(decider.lawbook, changed.facts)
        assert change.becomes == decider.decide(changed).outcome
    for fewer in (
        c for size in range(len(change.changes)) for c in combinations(change.changes, size)
    ):
        kept = {each.fact.name for each in fewer}
        left_out = {each.fact.name for each in change.changes} - kept
        if any(day in kept and flag in left_out for day, flag in IMPLIED.items()):
            continue  # told although it follows: an approval comes of a waiver that was granted
        assert change.becomes != outcome_by_logic(decider, with_changes(decider, case, fewer))
    if len(change.changes) == 1 and change.kind != "past":
        for value in between(change.changes[0]):
            nearer = with_changes(decider, case, [change.changes[0]._replace(to=value)])
            if can_be(decider.lawbook, nearer.facts):
                assert change.becomes != outcome_by_logic(decider, nearer), value


def asked_on(decider: Decider, case: Case, day: date) -> Case:
    governing = decider.lawbook.question(case.question).governed_by
    facts = {**case.facts, governing: day} if governing in case.facts else case.facts
    return replace(case, facts=facts, as_of=day)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_change_reaches_what_it_promises_and_no_smaller_one_does(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook))
    if plain_outcome(decider, case) is None:
        return
    decided = decider.decide(case)
    note(str(case))

    for change in decided.would_change:
        note(change.says)
        check_change(decider, case, decided, change)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_outcome_stands_until_its_last_day_and_not_after(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook))
    if plain_outcome(decider, case) is None:
        return
    decided = decider.decide(case)
    note(f"{case} until {decided.valid_until}: {decided.valid_until_because}")
    last = decided.valid_until or min(LAST_DAY, case.as_of + timedelta(days=800))
    length = (last - case.as_of).days
    tried = (
        range(length + 1)
        if length <= 400
        else [*range(200), *range(200, length, 97), *range(length - 100, length + 1)]
    )

    for day in (case.as_of + timedelta(days=n) for n in tried):
        assert decided.outcome == plain_outcome(decider, asked_on(decider, case, day)), day
    if decided.valid_until is not None:
        assert decided.valid_until_because
        after = asked_on(decider, case, last + timedelta(days=1))
        is_looked_at = not decided.valid_until_because.startswith("This service looked ahead only")
        if is_looked_at and can_be(decider.lawbook, after.facts):
            assert decided.outcome != plain_outcome(decider, after)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_answer_of_which_little_is_known_stands_as_long_as_it_says(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(sparse_cases(decider.lawbook))
    if plain_outcome(decider, case) is None:
        return
    decided = decider.decide(case)
    note(f"{case} until {decided.valid_until}: {decided.valid_until_because}")

    for ahead in (1, 2, 3, 7, 29, 30, 31, 32, 62, 63, 64, 89, 90, 91, 180, 365, 366, 450):
        day = case.as_of + timedelta(days=ahead)
        if decided.valid_until is not None and day > decided.valid_until:
            break
        asked = asked_on(decider, case, day)
        if can_be(decider.lawbook, asked.facts):
            assert decided.outcome == plain_outcome(decider, asked), day


def test_what_a_computed_day_leaves_of_an_unknown_one_ends_what_is_not_known(
    decider: Decider,
) -> None:
    """A credit that is not known can only end an exclusion sooner: with none at all it has ended
    six months after enrollment, so from then on the answer is known.
    """
    facts = {
        "exclusion.enrolled_on": date(2011, 11, 17),
        "exclusion.care_on": date(2011, 12, 17),
        "exclusion.condition_treated": True,
        "exclusion.covered_until_hired": True,
    }
    asked = Case("exclusion.permitted", facts, date(2011, 12, 17), "chapter-288")

    decided = decider.decide(asked)

    assert ("undetermined", date(2012, 5, 16)) == (decided.outcome, decided.valid_until)
    after = asked_on(decider, asked, date(2012, 5, 17))
    assert "ineligible" == decider.decide(after).outcome


def test_what_two_facts_exclude_together_ends_what_is_not_known(decider: Decider) -> None:
    """A notice of the Commissioner on a day leaves three actions of four: whichever it was, the
    answer is known from the day after, though until then nothing depends on it.
    """
    noticed = date(2011, 5, 28)
    facts = {"association.action_on": noticed}
    asked = Case("association.status", facts, noticed - timedelta(days=1), "chapter-288")

    decided = decider.decide(asked)

    assert ("undetermined", noticed) == (decided.outcome, decided.valid_until)
    after = asked_on(decider, asked, noticed + timedelta(days=1))
    assert "ineligible" == decider.decide(after).outcome


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_completions_that_differ_can_both_be(decider: Decider, data: st.DataObject) -> None:
    """What shows that an answer is open is something that can still turn out so."""
    case = data.draw(cases(decider.lawbook))
    if plain_outcome(decider, case) != "undetermined":
        return
    knowledge = decider.decide(case).knowledge
    known = decider.lawbook.known_facts(case.question)
    relations = knowledge.in_play.relations

    for more in Relevance(knowledge).witnesses():
        for name, value in more.items():
            low, high = relations.bounds(known[name], knowledge.stated)
            excluded = relations.excluded(name, knowledge.stated)
            if low <= high and excluded is not None:
                assert low <= known[name].code(value) <= high, name
                assert value not in excluded, name


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_nearest_later_day_of_eligibility_is_listed(
    decider: Decider, data: st.DataObject
) -> None:
    """Nothing nearer is left out: every day from the one asked about to the one listed is tried."""
    case = data.draw(cases(decider.lawbook, "enrollment.permitted"))
    if plain_outcome(decider, case) in (None, "eligible"):
        return
    listed = [
        c.changes[0].to
        for c in decider.decide(case).would_change
        if c.kind == "later" and c.becomes == "eligible"
    ]
    days = (case.as_of + timedelta(days=n) for n in range(1, 500))
    asked = ((day, asked_on(decider, case, day)) for day in days)

    found = next(
        (
            day
            for day, later in asked
            if can_be(decider.lawbook, later.facts) and plain_outcome(decider, later) == "eligible"
        ),
        None,
    )

    assert found is None or listed == [found]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_flag_and_choice_that_alone_would_change_the_outcome_is_listed(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook))
    if plain_outcome(decider, case) is None:
        return
    decided = decider.decide(case)
    note(str(case))
    listed = {
        (c.changes[0].fact.name, to, c.becomes)
        for c in decided.would_change if len(c.changes) == 1
        for to in (c.changes[0].to, *c.changes[0].or_to)
    }  # fmt: skip

    for fact in decider.lawbook.facts_of(case.question):
        if fact.type in ("flag", "choice"):
            for code in range(fact.last_code + 1):
                value = fact.value(code)
                changed = replace(case, facts={**case.facts, fact.name: value})
                if conflicting(decider, changed) or fact.name in conflicting(decider, case):
                    continue  # which of them is wrong comes first
                outcome = outcome_by_logic(decider, changed)
                if outcome not in (decided.outcome, "undetermined"):
                    assert (fact.name, value, outcome) in listed


def test_a_change_is_in_order_with_stated_facts_that_contradict_each_other(
    decider: Decider,
) -> None:
    """No action, and the day of one: neither counts, but a request with a certification after that
    day would be refused.
    """
    day = date(2011, 5, 27)
    facts: dict[str, Value] = {"cooperative.action": "none", "cooperative.action_on": day}
    case = Case("cooperative.status", facts, day, "chapter-288")

    decided = decider.decide(case)

    assert set(facts) == decided.withheld.doubted
    for change in decided.would_change:
        check_change(decider, case, decided, change)


def test_who_asks_later_can_have_learned_later(decider: Decider) -> None:
    """The day of learning is not known, and cannot be after the request."""
    ended = date(2010, 12, 1)
    facts = {
        "waiver.received_on": ended,
        "waiver.coverage_available": "minimum_creditable",
        "waiver.reason": "unaware_of_loss",
        "prior_coverage.ended_on": ended,
    }
    decided = decider.decide(Case("waiver.supported", facts, ended, "chapter-288"))

    assert ("ineligible", date(2011, 2, 2)) == (decided.outcome, decided.valid_until)


def test_of_conclusions_nothing_is_said_beyond_the_days_looked_at(decider: Decider) -> None:
    """MassHealth was open all year, on one ground after another, for longer than is looked."""
    day = date(2007, 11, 4)
    facts = {
        "applicant.resident": True,
        "applicant.has_medicare": False,
        "employer_plan.available": False,
        "enrollment.requested_on": day,
        "enrollment.product": "masshealth",
        "enrollment.channel": "carrier",
    }
    decided = decider.decide(Case("enrollment.permitted", facts, day, "current"))
    until = decided.concludes_until["enrollment.route"].last

    assert decided.valid_until is not None and until is not None
    assert until < decided.valid_until
    asked = Case(
        "enrollment.permitted", {**facts, "enrollment.requested_on": until}, until, "current"
    )
    later = decider.decide(asked)
    assert decided.concludes["enrollment.route"] == later.concludes["enrollment.route"]
