"""The product beside the oracle: outcomes and needs of random partial cases, and interviews.

`make relevance` does the same with a hundred times as many cases.
"""

from statistics import mean

import pytest

from app.determinations.decide import Decider
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
