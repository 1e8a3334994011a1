"""What a determination says beside its outcome."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from app.determinations.cases.case import Case, make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.errors import AsOfDiffers, FactsRefused
from app.law.errors import LawNotEncoded
from app.law.facts import FactDefinition, Value
from tests.determinations.any_case import can_be, cases, conflicting, plain_outcome, values
from tests.determinations.test_calendar import ORDINARY


def ask(
    decider: Decider, day: date, edition: str = "chapter-288", **facts: object
) -> Determination:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    stated = {**ORDINARY, "enrollment.requested_on": day, **named}
    return decider.decide(Case("enrollment.permitted", stated, day, edition))  # type: ignore[arg-type]


def test_a_denial_names_the_next_period_the_waiver_and_the_last_day_it_is_sure(
    decider: Decider,
) -> None:
    denied = orjson.loads(ask(decider, date(2011, 2, 16)).json())

    assert "ineligible" == denied["outcome"]
    assert ["2011-07-01", "2011-08-15"] == denied["concludes"]["enrollment.next_open_period"]  # type: ignore[index]
    assert "waiver.reviewable" in [step.get("question") for step in denied["next_steps"]]  # type: ignore[attr-defined]
    assert "2011-06-30" == denied["valid_until"]


def test_where_nobody_read_whether_enrollment_was_open_it_is_said_whom_to_ask(
    decider: Decider,
) -> None:
    unknown = ask(decider, date(2016, 12, 20), "current", tribe__member=False)

    assert "undetermined" == unknown.outcome
    assert "Ask the Division of Insurance whether enrollment was open on that day." in [
        step.says for step in unknown.next_steps
    ]


def test_a_denial_lists_the_later_day_the_acts_and_the_missed_day(decider: Decider) -> None:
    kinds = {
        change.kind: change
        for change in ask(decider, date(2011, 2, 16)).would_change
        if change.becomes == "eligible"
    }

    assert date(2011, 7, 1) == kinds["later"].changes[0].to
    assert date(2011, 2, 15) == kinds["past"].changes[0].to
    assert "waiver.granted" in [change.fact.name for change in kinds["act"].changes]


def test_several_open_routes_are_all_told_and_the_earliest_coverage_leads(decider: Decider) -> None:
    decided = ask(
        decider, date(2011, 7, 20), event__kind="marriage", event__occurred_on=date(2011, 7, 10)
    )

    routes = [
        (str(r.concludes["enrollment.route"]), r.leads, r.decisive)
        for r in decided.reasons
        if r.effect == "grants" and r.status == "applies"
    ]
    assert [("open_enrollment", True, True), ("qualifying_event", False, False)] == routes
    assert date(2011, 8, 1) == decided.concludes["coverage.effective_on"]


def test_the_other_edition_is_told_where_it_differs(decider: Decider) -> None:
    assert () == ask(decider, date(2012, 7, 10)).cautions
    assert any(
        "2013" in caution and "current" in caution
        for caution in ask(decider, date(2013, 8, 16)).cautions
    )
    assert any(
        "would answer on the same day and facts: You may enroll." in caution
        for caution in ask(decider, date(2013, 11, 1)).cautions
    )


@pytest.mark.parametrize(
    ("day", "other"),
    [
        (
            date(2026, 11, 22),
            "The edition current cannot answer for November 22, 2026: later law was searched "
            "only through October 14, 2026",
        ),
        (
            date(2013, 11, 1),
            "The edition current would answer on the same day and facts: You may enroll.",
        ),
    ],
)
def test_that_later_law_was_left_out_is_the_first_thing_to_beware_of(
    decider: Decider, day: date, other: str
) -> None:
    first = ask(decider, day).cautions[0]

    ours = (
        "Decided under the edition chapter-288, which leaves out what was enacted after July "
        "31, 2012."
    )
    assert first.startswith(f"{ours} {other}")


def test_an_earlier_edition_is_no_reason_to_beware_before_all_others(decider: Decider) -> None:
    cautions = ask(decider, date(2013, 11, 1), "current").cautions

    assert (
        "The edition chapter-288 would answer on the same day and facts: You may not enroll."
        == cautions[-1]
    )


def test_the_edition_with_a_last_day_refuses_later_days(decider: Decider) -> None:
    with pytest.raises(LawNotEncoded) as refused:
        ask(decider, date(2026, 10, 15), "current")

    assert "October 14, 2026" in str(refused.value)


def test_the_day_of_the_request_governs(decider: Decider) -> None:
    law = decider.lawbook
    facts = read_facts(law, "enrollment.permitted", {"enrollment": {"requested_on": "2011-02-16"}})

    assert (
        date(2011, 2, 16)
        == make_case(
            law, "enrollment.permitted", facts, None, "chapter-288", date(2026, 1, 1)
        ).as_of
    )
    with pytest.raises(AsOfDiffers):
        make_case(
            law, "enrollment.permitted", facts, date(2011, 2, 17), "chapter-288", date(2026, 1, 1)
        )


def test_every_fact_that_cannot_be_taken_is_told(decider: Decider) -> None:
    given_facts = {
        "enrollment": {"requested_on": "2012-7-1", "colour": 1},
        "applicant": {"resident": "yes"},
    }

    with pytest.raises(FactsRefused) as refused:
        read_facts(decider.lawbook, "enrollment.permitted", given_facts)

    assert {"enrollment.requested_on", "enrollment.colour", "applicant.resident"} == {
        e.fact for e in refused.value.errors
    }


def test_an_outcome_decided_elsewhere_is_taken_as_told(decider: Decider) -> None:
    facts = {
        k: v for k, v in ORDINARY.items() if not k.startswith(("applicant.", "employer_plan."))
    }
    stated = {
        **facts,
        "enrollment.requested_on": date(2012, 7, 10),
        "individual.eligible": "eligible",
    }

    decided = decider.decide(Case("enrollment.permitted", stated, date(2012, 7, 10), "chapter-288"))

    finding = next(
        f for r in decided.reasons for f in r.findings if f.fact == "individual.eligible"
    )
    assert ("eligible", "stated", UNSET) == (decided.outcome, finding.source, finding.determination)


def test_a_question_used_by_another_stands_inside_its_finding(decider: Decider) -> None:
    decided = ask(decider, date(2012, 7, 10), applicant__resident=False)

    finding = next(
        f
        for r in decided.reasons
        if r.decisive
        for f in r.findings
        if f.fact == "individual.eligible"
    )
    assert finding.determination is not None
    assert "ineligible" == finding.determination.outcome
    assert "eligibility/resident" in [
        r.provision for r in finding.determination.reasons if r.decisive
    ]


def test_what_was_recollected_or_read_second_hand_is_said_to_be_unverified(
    decider: Decider,
) -> None:
    decided = decider.decide(
        Case("individual.eligible", {"applicant.resident": True}, date(2010, 7, 1), "chapter-288")
    )

    reason = next(r for r in decided.reasons if r.evidence == "recollected")
    assert "Recalled from memory, not read again." == reason.unverified
    assert all("Recalled" not in finding.says for finding in reason.findings)


def with_fact(case: Case, fact: FactDefinition, value: Value) -> Case:
    return replace(case, facts={**case.facts, fact.name: value})


def agrees(decider: Decider, fact: FactDefinition, case: Case) -> bool:
    """Whether a fact can stand beside the others."""
    return can_be(decider.lawbook, case.facts) and fact.name not in conflicting(decider, case)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whoever_answers_what_is_needed_is_not_left_without_an_answer(
    decider: Decider, data: st.DataObject
) -> None:
    """Undetermined without further needs is only what nobody read; decided when no paper can be
    sent any more.
    """
    case = data.draw(cases(decider.lawbook))
    case = replace(case, decided_on=case.as_of + timedelta(400))
    for _ in range(40):
        if plain_outcome(decider, case) is None:
            return
        decided = decider.decide(case)
        if decided.outcome != "undetermined":
            assert () == decided.needs
            return
        if not decided.needs:
            break
        first, governing = decided.needs[0], decided.question.governed_by
        answers = st.just(case.as_of) if first.name == governing else values(first, case.as_of)
        told = answers.map(partial(with_fact, case, first))
        case = data.draw(told.filter(partial(agrees, decider, first)))

    text = " ".join(
        (
            *decided.cautions,
            *(f.says for r in decided.reasons for f in r.findings if f.status == "unknown"),
        )
    )
    assert text, "nothing says why the question stays open"
    unread = (
        [r for r in decided.reasons if r.says] or decided.cautions or "Cannot be worked out" in text
    )
    assert unread


def test_another_day_is_told_in_the_words_of_the_question(decider: Decider) -> None:
    kinds = {
        change.kind: change.says
        for change in ask(decider, date(2011, 2, 16)).would_change
        if change.becomes == "eligible"
    }

    assert "You could enroll on July 1, 2011." == kinds["later"]
    assert (
        "You could enroll if the Office of Patient Protection granted you a waiver, you received "
        "the approval, and you told the carrier about it." == kinds["act"]
    )
    assert (
        "On February 15, 2011 the answer to the same facts would have been: You may enroll."
        == kinds["past"]
    )


def test_each_of_several_choices_stands_in_quotation_marks(decider: Decider) -> None:
    told = [change.says for change in ask(decider, date(2011, 2, 16)).would_change]

    assert any(
        "were “Employer or other group coverage”, “Small-group plan of a business, the "
        "self-employed included”, " in says
        for says in told
    )


def test_every_question_has_a_short_answer_for_each_outcome_without_gaps(decider: Decider) -> None:
    for question in decider.lawbook.questions.values():
        for outcome in ("eligible", "ineligible", "referred", "undetermined"):
            brief = question.brief(outcome)  # type: ignore[arg-type]
            assert (
                brief != outcome
                and brief.endswith(".")
                and 1 == brief.count(".")
                and "{" not in brief
            ), (question.id, outcome)


def test_what_was_done_cannot_be_undone(decider: Decider) -> None:
    facts = {
        "waiver.received_on": date(2011, 3, 1),
        "waiver.denied": True,
        "waiver.form_complete": True,
        "waiver.notice_attached": True,
        "waiver.denial_received_on": date(2011, 2, 20),
    }
    decided = decider.decide(
        Case("waiver.reviewable", {**ORDINARY, **facts}, date(2011, 3, 1), "chapter-288")
    )

    undone = [
        c
        for c in decided.would_change
        for f in c.changes
        if f.fact.name == "waiver.denied" and f.to is False
    ]
    assert {"otherwise"} == {change.kind for change in undone}


@pytest.mark.parametrize(
    ("day", "sent"),
    [(date(2026, 4, 11), False), (date(2026, 4, 12), True), (date(2026, 4, 15), False)],
)
def test_what_a_caution_says_to_do_is_a_next_step(decider: Decider, day: date, sent: bool) -> None:
    """Days sixty-one to sixty-three after a marriage: in time with a carrier, and too late at the
    Connector.
    """
    facts = {
        "enrollment.requested_on": day,
        "enrollment.channel": "connector",
        "event.kind": "marriage",
    }
    happened = {"event.occurred_on": date(2026, 2, 10), "prior_coverage.ended": False}
    decided = decider.decide(
        Case("enrollment.permitted", {**ORDINARY, **facts, **happened}, day, "current")
    )

    assert decided.outcome != "eligible" or not sent
    assert sent == (
        "Ask a carrier directly. Carriers give more days than the Connector."
        in {step.says for step in decided.next_steps}
    )


def test_nobody_is_sent_to_send_again_what_came_too_late(decider: Decider) -> None:
    done = dict.fromkeys(("waiver.denied", "waiver.form_complete", "waiver.notice_attached"), True)
    facts = {**done, "waiver.denial_received_on": date(2011, 2, 1)}

    def steps(received: date) -> str:
        case = Case(
            "waiver.reviewable",
            {**ORDINARY, **facts, "waiver.received_on": received},
            received,
            "chapter-288",
        )
        return " ".join(step.says for step in decider.decide(case).next_steps)

    assert "Send the Office" not in steps(date(2011, 3, 20))
    assert "pply to a carrier" in steps(date(2011, 3, 20))


@pytest.mark.parametrize(
    "question",
    [
        "catastrophic.eligible",
        "enrollment.permitted",
        "exclusion.permitted",
        "group.enrollment",
        "issue.refusal",
        "market.exit",
        "plan.discontinuance",
        "renewal.permitted",
        "renewal.refusal",
        "waiver.binding",
        "waiver.reviewable",
        "waiver.supported",
    ],
)
def test_a_denial_says_that_no_appeal_was_found_in_the_law(decider: Decider, question: str) -> None:
    asked = decider.lawbook.question(question)
    steps = " ".join(str(step.says) for step in asked.outcome_next_steps[asked.adverse])

    assert "We found no law that lets you appeal" in steps
    office = question in ("waiver.reviewable", "waiver.supported")
    assert ("Division of Insurance" in steps) != office
