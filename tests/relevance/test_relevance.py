"""The product beside the oracle: outcomes and needs of random partial cases, and interviews.

`make relevance` does the same with a hundred times as many cases.
"""

from datetime import date
from statistics import mean

import pytest

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.relevance import Relevance
from app.law.lawbook import Lawbook
from tests.relevance.any_partial import PartialCases, decidable
from tests.relevance.comparing import difference, smallest
from tests.relevance.interviews import Interviewer, percentile
from tests.relevance.oracle import Oracle
from tests.relevance.run import EXCESS_OF_95, EXCESS_ON_AVERAGE, OPEN_AT_LEAST

CASES, PEOPLE = 1_000, 100
PARTS = 4


@pytest.fixture(scope="session")
def oracle(lawbook: Lawbook) -> Oracle:
    return Oracle(lawbook)


def keys(lawbook: Lawbook) -> list[tuple[str, str]]:
    return decidable(lawbook, sorted(lawbook.questions))


@pytest.mark.parametrize("part", range(PARTS))
def test_an_answer_is_open_and_a_fact_needed_only_where_completions_differ(
    lawbook: Lawbook, decider: Decider, oracle: Oracle, part: int
) -> None:
    each = -(-CASES // len(keys(lawbook)))
    is_open: list[bool] = []
    for question, edition in keys(lawbook)[part::PARTS]:
        drawn = PartialCases(oracle, question, edition, "suite")
        for _ in range(each):
            expected, differs = difference(decider, oracle, drawn.case())
            assert differs is None, smallest(decider, oracle, differs)
            is_open.append(expected.three_valued == "undetermined")
    assert mean(is_open) >= OPEN_AT_LEAST


def test_interviews_ask_little_more_than_what_settles_the_outcome(
    lawbook: Lawbook, decider: Decider, oracle: Oracle
) -> None:
    excess: list[int] = []
    interviewers = [Interviewer(decider, oracle, *key, "suite") for key in keys(lawbook)]
    while len(excess) < PEOPLE:
        found = [interviewer.interview() for interviewer in interviewers]
        excess += [one.excess for one in found if one is not None]
    assert mean(excess) <= EXCESS_ON_AVERAGE
    assert percentile(excess, 0.95) <= EXCESS_OF_95


def test_days_after_a_coverage_that_begins_later_matter(decider: Decider, oracle: Oracle) -> None:
    """The anniversary of a coverage that begins after the day asked about is looked at too."""
    day, facts = date(2013, 12, 31), {"plan.coverage_effective_on": date(2014, 6, 6)}
    case = Case("plan.discontinuance", facts, day, "chapter-288")
    needs = {fact.name for fact in decider.decide(case).needs}

    assert {"plan.approved_on", "plan.notice_given_on", "plan.closed_on"} <= needs
    assert oracle.answer(case.question, day, case.edition, facts).needs == needs


def test_what_is_tried_first_is_among_all_that_can_be(
    lawbook: Lawbook, decider: Decider, oracle: Oracle
) -> None:
    tried = 0
    for question, edition in keys(lawbook):
        drawn = PartialCases(oracle, question, edition, "likely")
        for case in (drawn.case() for _ in range(4)):
            law = lawbook.standing(question, case.as_of, edition)
            knowledge = Knowledge.of(decider.facts_in_play(law), case.facts, case.as_of)
            for group in (each for each in Relevance(knowledge).groups if len(each.facts) > 1):
                assert {cell for cell, _ in group.likely_ways} <= set(group.found.cells)
                tried += 1
    assert tried


def test_a_case_is_settled_where_its_answer_is(lawbook: Lawbook, oracle: Oracle) -> None:
    found = []
    for question, edition in keys(lawbook):
        case = PartialCases(oracle, question, edition, "settled").case()
        asked = (question, case.as_of, edition, case.facts)
        found.append((oracle.is_settled(*asked), oracle.answer(*asked).outcome != "undetermined"))
    assert all(one == other for one, other in found)
    assert {(True, True), (False, False)} == set(found)
