"""Cells answer what would be if facts were otherwise: on any law and any facts they come to what
the plain evaluator comes to.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.determinations.cells import Cells
from app.engine.shadow import evaluate, settled_outcome_of
from app.law.questions import Outcome
from app.law.standing import StandingLaw
from tests.engine.any_law import LawMaker

CASES_OF_A_LAW = 12
seeds = st.integers(0, 2**32)
many = settings(max_examples=250, deadline=None, print_blob=True)


@many
@given(seeds)
def test_cases_in_the_same_cells_come_to_what_the_plain_evaluator_comes_to(seed: int) -> None:
    maker = LawMaker(seed)
    cells = Cells(maker.law)
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        expected = evaluate(maker.law, codes)
        met, known = cells.bits(codes)

        judged = cells.judged(met, known, cells.told(codes))

        assert expected.outcomes == judged.outcomes
        assert expected.provisions == list(judged.provisions)
        assert expected.outcomes[maker.law.asked.question.id] == cells.outcome(
            met, known, cells.told(codes)
        )


@many
@given(seeds)
def test_a_condition_is_met_known_or_neither_as_the_plain_evaluator_finds(seed: int) -> None:
    maker = LawMaker(seed)
    cells = Cells(maker.law)
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        met, known = cells.bits(codes)
        expected = evaluate(maker.law, codes).conditions

        for condition in maker.law.conditions:
            if condition.fact.name in codes or not condition.is_nested:
                bit = 1 << condition.index
                assert expected[condition.index] == (bool(met & bit) if known & bit else None)


def settled(law: StandingLaw, codes: dict[str, int], without: str) -> Outcome:
    """What no further fact can change with one fact unknown, found the long way.

    Of a law that is one question.
    """
    found = evaluate(law, {name: code for name, code in codes.items() if name != without})
    return settled_outcome_of(law.asked, found.provisions)


@many
@given(seeds)
def test_an_outcome_is_settled_where_no_further_fact_can_change_it(seed: int) -> None:
    maker = LawMaker(seed, questions=1)
    law, cells = maker.law, Cells(maker.law)
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        for name in law.fact_names:
            met, known = cells.bits({fact: code for fact, code in codes.items() if fact != name})

            found = cells.settled(
                met, known, (), frozenset({0}), cells.judged(*cells.bits(codes), ())
            )

            assert settled(law, codes, name) == found
