"""The compiled law: on any law and any facts it comes to what the plain evaluator comes to, and its
text holds nothing that a ruleset says.
"""

import ast
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.compiled import UNDETERMINED, CompiledLaw
from app.engine.evaluation import OUTCOMES_BY_CODE
from app.engine.fact_bits import bits_of
from app.law.lawbook import Lawbook
from tests.engine.any_law import LawMaker
from tests.plain_evaluator import evaluate

CASES_OF_A_LAW = 12
seeds = st.integers(0, 2**32)
many = settings(max_examples=250, deadline=None, print_blob=True)


@many
@given(seeds)
def test_the_outcome_alone_is_that_of_the_whole_evaluation(seed: int) -> None:
    maker = LawMaker(seed)
    compiled = CompiledLaw(maker.law)
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        expected = evaluate(maker.law, codes)

        found = compiled.outcome(*compiled.bits(codes))

        assert expected == compiled.evaluate(*compiled.bits(codes))
        assert expected.outcomes[maker.law.asked.question.id] == OUTCOMES_BY_CODE[found]


@many
@given(seeds)
def test_an_outcome_stays_whatever_is_stated_next(seed: int) -> None:
    maker = LawMaker(seed)
    law, compiled = maker.law, CompiledLaw(maker.law)
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        for name in set(law.fact_names) - set(law.by_question):
            known = {fact: code for fact, code in codes.items() if fact != name}
            behind = evaluate(law, known).outcomes.get(law.flags.get(name, ""), "undetermined")
            if behind != "undetermined":
                continue  # the flag follows, and stated otherwise it counts as it is stated
            fewer = compiled.bits(known)
            outcome = compiled.outcome(*fewer)

            assert outcome in (UNDETERMINED, compiled.outcome(*compiled.bits(codes)))
            assert outcome == compiled.explore(*fewer)[0]


@many
@given(seeds)
def test_nothing_behind_a_flag_is_left_open(seed: int) -> None:
    maker = LawMaker(seed)
    law, compiled = maker.law, CompiledLaw(maker.law)
    behind = bits_of(
        c
        for question in law.questions
        if question.question.id in law.behind_flags
        for p in question.provisions
        for c in p.conditions
    )
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        outcomes = evaluate(law, codes).outcomes
        _, _, left = compiled.explore(*compiled.bits(codes))

        assert left & behind == 0
        for flag, question in law.flags.items():
            if flag in codes or outcomes[question] in ("eligible", "ineligible"):
                assert left & compiled.facts[flag].all == 0


@many
@given(seeds)
def test_cases_that_leave_the_same_come_to_the_same_whatever_is_stated_next(seed: int) -> None:
    maker = LawMaker(seed)
    compiled = CompiledLaw(maker.law)
    cases = [compiled.bits(maker.codes()) for _ in range(CASES_OF_A_LAW)]
    found: dict[tuple[int, object, int, int, int], int] = {}
    for met, known in cases:
        left = compiled.explore(met, known)
        for further_met, further_known in cases:
            new = further_known & left[2]
            outcome = compiled.outcome(met | further_met & new, known | new)
            assert found.setdefault((*left, further_met & new, new), outcome) == outcome


def test_the_program_holds_whole_numbers_and_names_of_ours_only(lawbook: Lawbook) -> None:
    law = lawbook.standing(
        "enrollment.permitted", lawbook.boundaries("enrollment.permitted", "current")[-2], "current"
    )
    program = ast.parse("\n".join(line for line, _ in CompiledLaw(law).lines))

    names = {node.id for node in ast.walk(program) if isinstance(node, ast.Name)}
    constants = [node.value for node in ast.walk(program) if isinstance(node, ast.Constant)]

    known = (
        r"met|known|no|new|holds|applies|fails|flags|left|one|other|outcome|explore|everything"
        r"|(found_|left_)?both_ways|(o|bars|grants|may_grant|may_bar)[0-9]+"
    )
    assert [] == [name for name in names if not re.fullmatch(known, name)]
    assert constants and all(type(constant) is int for constant in constants)
