"""Several events in one case: random people with random lists of events."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from app.determinations.again.calendar import eligibility_intervals
from app.determinations.cases.case import Case, make_case, read_facts
from app.determinations.cases.events import EVENTS_AT_MOST, Stated, is_event_fact
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.errors import FactsRefused
from app.determinations.several.event_order import EventOrder
from app.determinations.several.several_events import decide_events
from app.determinations.telling.wording import as_json
from app.law.errors import LawNotEncoded
from app.law.facts import Value
from app.law.reading.names import nest
from tests.determinations.any_case import can_be, cases, values
from tests.ordinary import applying

QUESTIONS = (
    "enrollment.permitted",
    "enrollment.qualifying_event",
    "waiver.reviewable",
    "cooperative.membership",
)
ASKED = date(2012, 2, 16)
PERSON = applying("2012-02-16")
LATE_MARRIAGE = {"kind": "marriage", "occurred_on": "2012-01-01"}
CHILD = {"kind": "new_child", "occurred_on": "2012-02-01"}


@st.composite
def cases_with_events(draw: st.DrawFn, decider: Decider, only: str | None = None) -> Case:
    """A case with two to four events near the day asked about; some lack a fact."""
    lawbook = decider.lawbook
    case = draw(cases(lawbook, only or draw(st.sampled_from(QUESTIONS))))
    shared = {name: value for name, value in case.facts.items() if not is_event_fact(name)}
    known = lawbook.known_facts(case.question)
    events = []
    for _ in range(draw(st.integers(2, 4))):
        event: dict[str, Value] = {}
        for name in filter(is_event_fact, known):
            if draw(st.integers(0, 9)):
                event[name] = draw(values(known[name], case.as_of))
        events.append(event if can_be(lawbook, {**shared, **event}) else {})
    return replace(case, facts=shared, events=tuple(events))


def decided_with(decider: Decider, case: Case) -> tuple[Determination, list[Determination]]:
    """What all events come to together, and what each comes to alone."""
    note(str(case))
    try:
        return decide_events(decider, case), [decider.decide(c) for c in case.for_each_event()]
    except LawNotEncoded:
        assume(False)
        raise


def alike(decided: Determination) -> dict[str, object]:
    """What is the same however the list is ordered."""
    leading, others = decided.of_events
    assert leading and others
    members = decided.answer()
    return {
        "says": members.says,
        "concludes": members.concludes,
        "valid_until": members.valid_until,
        "needs": sorted(need.fact for need in members.needs),
        "because": members.because[:1],
        "leading": leading.event,
        "others": sorted((str(e.event), e.outcome, e.says) for e in others),
        "changes": {
            (c.becomes, c.kind, tuple((p.fact, str(p.to), str(p.or_to)) for p in c.changes))
            for c in members.would_change
        },
    }


def test_events_grant_enrollment_and_bar_the_review_of_a_waiver(decider: Decider) -> None:
    first = {q: EventOrder(decider.lawbook, q).outcomes[0] for q in QUESTIONS}

    assert "ineligible" == first.pop("waiver.reviewable")
    assert {"eligible"} == set(first.values())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_outcome_is_the_best_of_the_single_ones(decider: Decider, data: st.DataObject) -> None:
    case = data.draw(cases_with_events(decider))
    decided, alone = decided_with(decider, case)
    order = EventOrder(decider.lawbook, case.question).outcomes
    leading, others = decided.of_events
    assert leading and others
    ours = alone[leading.number - 1]

    assert min((d.outcome for d in alone), key=order.index) == decided.outcome
    assert (ours.outcome, ours.concludes) == (decided.outcome, decided.concludes)
    for name in decided.question.leads_by if decided.outcome == "eligible" else ():
        days = [d.concludes[name] for d in alone if d.outcome == "eligible" and name in d.concludes]
        if len(days) == len([d for d in alone if d.outcome == "eligible"]):
            assert not days or decided.concludes[name] == min(days, key=str)
            break
    assert [(e.number, e.outcome, e.valid_until) for e in others] == [
        (n, d.outcome, d.valid_until) for n, d in enumerate(alone, 1) if n != leading.number
    ]
    if decided.outcome == "undetermined":
        needed = [(need.fact.name, need.event) for need in decided.needed]
        expected = {
            (fact.name, number if is_event_fact(fact.name) else None)
            for number, each in enumerate(alone, 1)
            if each.outcome == "undetermined"
            for fact in each.needs
        }
        assert expected == set(needed)
        assert len(needed) == len(expected)
    else:
        assert () == decided.needed


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_order_of_the_list_changes_nothing(decider: Decider, data: st.DataObject) -> None:
    case = data.draw(cases_with_events(decider))
    decided, _ = decided_with(decider, case)
    mixed = replace(case, events=tuple(data.draw(st.permutations(case.events))))

    assert alike(decided) == alike(decide_events(decider, mixed))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_list_of_one_event_says_what_that_event_says(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook, data.draw(st.sampled_from(QUESTIONS))))
    given_facts = nest({name: as_json(value) for name, value in case.facts.items()})
    event = given_facts.pop("event", {})
    lawbook = decider.lawbook
    listed = read_facts(lawbook, case.question, {**given_facts, "events": [event]})
    single = read_facts(lawbook, case.question, {**given_facts, "event": event})

    assert listed == single and not listed.events
    try:
        made = [
            decide_events(
                decider,
                make_case(lawbook, case.question, facts, case.as_of, case.edition, case.as_of),
            )
            for facts in (listed, single)
        ]
    except LawNotEncoded:
        return
    assert made[0].json() == made[1].json()


def with_change(case: Case, change_facts: Mapping[tuple[str, int | None], Value]) -> Case:
    """The case with facts of all events, or of one of them, otherwise."""
    facts, events, as_of = dict(case.facts), [dict(e) for e in case.events], case.as_of
    for (name, event), value in change_facts.items():
        if event is not None:
            events[event - 1][name] = value
        elif name != "as_of":
            facts[name] = value
        if name in ("as_of", "enrollment.requested_on", "waiver.received_on"):
            assert isinstance(value, date)
            as_of = value
    return replace(case, facts=facts, events=tuple(events), as_of=as_of)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_change_reaches_what_it_promises(decider: Decider, data: st.DataObject) -> None:
    case = data.draw(cases_with_events(decider))
    decided, _ = decided_with(decider, case)

    for change in decided.would_change:
        note(change.says)
        first = change.changes[0]
        for to in (first.to, *first.or_to):
            changed = {(c.fact.name, c.event): c.to for c in change.changes}
            changed[first.fact.name, first.event] = to
            asked = with_change(case, changed)
            assert change.becomes == decide_events(decider, asked).outcome


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_outcome_stands_until_its_last_day(decider: Decider, data: st.DataObject) -> None:
    case = data.draw(cases_with_events(decider))
    governing = str(decider.lawbook.question(case.question).governed_by)
    decided, _ = decided_with(decider, case)
    last = decided.valid_until or case.as_of + timedelta(days=400)
    length = (last - case.as_of).days
    note(f"until {decided.valid_until}: {decided.valid_until_because}")

    def on(day: date) -> Determination:
        facts = {**case.facts, governing: day} if governing in case.facts else case.facts
        return decide_events(decider, replace(case, facts=facts, as_of=day))

    for after in {*range(min(length, 12) + 1), *range(0, min(length, 70), 5), length}:
        assert decided.outcome == on(case.as_of + timedelta(days=after)).outcome
    why = decided.valid_until_because or ""
    if why.startswith("On ") and not case.facts.keys() - {governing}:
        assert decided.outcome != on(last + timedelta(days=1)).outcome
    for name, until in decided.concludes_until.items():
        if until.last is not None:
            assert on(until.last).concludes.get(name) == decided.concludes[name]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_day_of_the_calendar_is_eligible_if_any_event_makes_it_so(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases_with_events(decider, "enrollment.permitted"))
    year = data.draw(st.integers(2010, 2014))
    note(f"{case} {year}")
    stated = Stated(case.facts)
    stated.events = case.events

    def eligible(facts: Mapping[str, Value]) -> set[date]:
        found = eligibility_intervals(decider, case.question, facts, year, "chapter-288")
        return {
            interval.span.first + timedelta(days=n)
            for interval in found
            if interval.determination and interval.determination.outcome == "eligible"
            for n in range((interval.span.last or interval.span.first).toordinal()
                           - interval.span.first.toordinal() + 1)
        }  # fmt: skip

    union = set[date]().union(*[eligible({**case.facts, **event}) for event in case.events])
    assert union == eligible(stated)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_another_edition_is_told_to_answer_what_it_answers(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases_with_events(decider))
    decided, alone = decided_with(decider, case)
    if any(each.withheld.facts for each in alone):
        return  # what does not count in one edition may count in another
    [other] = set(decider.lawbook.editions) - {case.edition}
    try:
        theirs = decide_events(decider, replace(case, edition=other)).outcome
    except LawNotEncoded:
        return
    said = decided.builder.beside.of(other, decided.builder.decided(case.question)).outcome

    assert theirs == (said or decided.outcome)
    if said is not None:
        told = any(decided.question.brief(said) in caution for caution in decided.cautions)
        # That an earlier edition would need more facts helps nobody who asked for the later law.
        assert told == (said != "undetermined" or case.edition != "current")


def test_a_calendar_has_the_grounds_of_all_events_and_one_that_leads(decider: Decider) -> None:
    person = {**PERSON, "enrollment": {"product": "individual_plan", "channel": "connector"}}
    parent = {"kind": "new_child", "occurred_on": "2014-05-05"}
    moved = {"kind": "moved", "occurred_on": "2014-05-01"}
    question = "enrollment.permitted"
    facts = read_facts(decider.lawbook, question, {**person, "events": [moved, parent]})
    found = eligibility_intervals(decider, question, facts, 2014, "current")
    grounds = [i.grounds for i in found if len(i.grounds) > 1]

    assert grounds
    assert all(1 == len([g for g in each if g.leads]) for each in grounds)
    assert all(len(each) == len({g.provision for g in each}) for each in grounds)


def decided_for(decider: Decider, *events: object, **facts: object) -> Determination:
    """The ordinary person with these events."""
    lawbook, question = decider.lawbook, "enrollment.permitted"
    typed = read_facts(lawbook, question, {**PERSON, **facts, "events": list(events)})
    return decide_events(
        decider, make_case(lawbook, question, typed, None, "chapter-288", ASKED, False)
    )


def test_an_event_in_time_leads_and_one_that_is_too_late_stands_beside_it(decider: Decider) -> None:
    answer = decided_for(decider, LATE_MARRIAGE, CHILD).answer()
    leading, others = answer.leading_event, answer.events

    assert "eligible" == answer.outcome
    assert leading and others
    assert (2, CHILD) == (leading.number, leading.event)
    assert [(1, LATE_MARRIAGE, "ineligible")] == [(e.number, e.event, e.outcome) for e in others]
    assert "You may not enroll on February 16, 2012." == others[0].says
    assert [LATE_MARRIAGE, CHILD] == answer.facts["events"]
    assert date(2012, 3, 2) == answer.valid_until


def test_what_is_needed_of_an_event_says_of_which(decider: Decider) -> None:
    decided = decided_for(decider, LATE_MARRIAGE, {"kind": "new_child"}, {"kind": "divorce"})
    needs = decided.answer().needs

    assert "undetermined" == decided.outcome
    assert {("event.occurred_on", 2), ("event.occurred_on", 3)} <= {
        (n.fact, n.event) for n in needs
    }


def test_a_change_of_an_event_names_it(decider: Decider) -> None:
    decided = decided_for(decider, LATE_MARRIAGE, {"kind": "given_up", "occurred_on": "2012-02-01"})
    changes = [c for c in decided.answer().would_change if c.changes[0].event == 1]

    assert any(c.says.startswith("Event 1 (Marriage, January 1, 2012): You could") for c in changes)


def test_two_events_hold_one_after_the_other(decider: Decider) -> None:
    later = {"kind": "marriage", "occurred_on": "2012-02-10"}
    decided = decided_for(decider, CHILD, later)

    assert date(2012, 3, 12) == decided.valid_until  # the thirtieth day after it is a Sunday


def test_an_event_alone_is_decided_by_the_decider_only(decider: Decider) -> None:
    case = Case("enrollment.permitted", {}, ASKED, "chapter-288", events=({}, {}))

    with pytest.raises(ValueError, match="decide_events"):
        decider.decide(case)


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"events": {}}, ["events"]),
        ({"events": [[]]}, ["events.0"]),
        ({"events": [{}] * (EVENTS_AT_MOST + 1)}, ["events"]),
        ({"events": [{"kind": "none"}, {"kind": "dancing"}]}, ["events.1.kind"]),
        ({"events": [{"place": "here"}]}, ["events.0.place"]),
        ({"events": [], "event": {}}, ["event", "events"]),
        ({"event.kind": "none", "events": []}, ["event.kind", "events"]),
    ],
)
def test_a_list_that_is_none_is_pointed_at(
    decider: Decider, facts: dict[str, object], wrong: list[str]
) -> None:
    with pytest.raises(FactsRefused) as refused:
        read_facts(decider.lawbook, "enrollment.permitted", facts)

    assert wrong == [error.fact for error in refused.value.errors]


def test_as_many_events_as_allowed_are_taken(decider: Decider) -> None:
    facts = {"events": [{"kind": "marriage"}] * EVENTS_AT_MOST}

    assert EVENTS_AT_MOST == len(read_facts(decider.lawbook, "enrollment.permitted", facts).events)


def test_no_events_are_none(decider: Decider) -> None:
    facts = read_facts(decider.lawbook, "enrollment.permitted", {"events": []})

    assert {"event.kind": "none"} == facts


def test_questions_that_ask_of_no_event_know_no_list(decider: Decider) -> None:
    for question in decider.lawbook.questions:
        if question in QUESTIONS:
            assert [] == list(read_facts(decider.lawbook, question, {"events": [{}, {}]}))
        else:
            with pytest.raises(FactsRefused):
                read_facts(decider.lawbook, question, {"events": []})
