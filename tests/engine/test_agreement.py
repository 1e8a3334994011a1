"""Three ways of deciding one thing: the rules of durable-rules, the compiled law and the plain
evaluator, on random law and random facts.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from app.engine import Engine, EngineFault, Evaluation
from app.engine import compiler as compiler_module
from app.engine import session as session_module
from app.engine.compiled import CompiledLaw
from app.engine.compiler import MATCHES_AT_MOST, RULES_AT_MOST, TooLarge
from app.law.facts import FactDefinition
from app.law.questions import Outcome
from app.law.spans import CodeSet
from app.law.standing import StandingCondition, StandingLaw
from tests.engine.any_law import LawMaker, described
from tests.plain_evaluator import evaluate

CASES_OF_A_LAW = 12
seeds = st.integers(0, 2**32)
unhurried = [HealthCheck.too_slow, HealthCheck.filter_too_much]
many = settings(max_examples=250, deadline=None, suppress_health_check=unhurried, print_blob=True)
few = settings(max_examples=25, deadline=None, suppress_health_check=unhurried, print_blob=True)


def run(engine: Engine, law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
    """What the rules alone come to."""
    return engine.rules_alone(law, codes)


def compiled(law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
    """What the compiled law comes to."""
    found = CompiledLaw(law)
    return found.evaluate(*found.bits(codes))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def is_carried(engine: Engine, law: StandingLaw) -> bool:
    """Whether the engine takes a law at all; what is too large is refused when it is loaded."""
    try:
        engine.prepare([law])
    except TooLarge:
        return False
    return True


@many
@given(seeds)
def test_rules_compiled_law_and_plain_evaluator_agree_on_any_law(engine: Engine, seed: int) -> None:
    maker = LawMaker(seed)
    assume(is_carried(engine, maker.law))
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        note(described(maker.law, codes))

        assert (
            evaluate(maker.law, codes)
            == run(engine, maker.law, codes)
            == compiled(maker.law, codes)
        )


@few
@given(seeds)
def test_they_agree_on_law_as_large_as_the_engine_is_trusted_with(
    engine: Engine, seed: int
) -> None:
    maker = LawMaker(seed, questions=4, provisions=12, conditions=6)
    assume(is_carried(engine, maker.law))
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        note(described(maker.law, codes))

        assert (
            evaluate(maker.law, codes)
            == run(engine, maker.law, codes)
            == compiled(maker.law, codes)
        )


@few
@given(seeds)
def test_they_agree_on_law_that_is_split_into_a_program_for_each_question(seed: int) -> None:
    """With so few rules allowed that the questions together are too many."""
    maker, engine = LawMaker(seed, questions=4, provisions=3, conditions=3), Engine()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler_module, "RULES_AT_MOST", 120)
        assume(is_carried(engine, maker.law))
    assume(engine.counters.rulesets > 1)
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        note(described(maker.law, codes))

        assert (
            evaluate(maker.law, codes)
            == run(engine, maker.law, codes)
            == compiled(maker.law, codes)
        )


# --- where they do not agree nothing is issued ---


def flipped(found: Evaluation, law: StandingLaw) -> Evaluation:
    """An evaluation with its first known finding turned round."""
    return replace(found, met=found.met ^ (found.known & -found.known))


def other_outcome(found: Evaluation, law: StandingLaw) -> Evaluation:
    """An evaluation with another outcome of the question asked."""
    asked = law.asked.question.id
    other: Outcome = "eligible" if found.outcomes[asked] != "eligible" else "ineligible"
    return replace(found, outcomes={**found.outcomes, asked: other})


def less(found: Evaluation, law: StandingLaw) -> Evaluation:
    """An evaluation with every provision undetermined."""
    return replace(found, applies=0, fails=0)


Mutant = Callable[[Evaluation, StandingLaw], Evaluation]


def compile_wrongly(monkeypatch: pytest.MonkeyPatch, mutant: Mutant) -> None:
    right = CompiledLaw.evaluate
    monkeypatch.setattr(
        CompiledLaw, "evaluate", lambda self, *bits: mutant(right(self, *bits), self.law)
    )


@pytest.fixture
def decided() -> tuple[StandingLaw, dict[str, int]]:
    """A law and a case in which some finding and some provision is known."""
    for seed in range(1_000):
        maker = LawMaker(seed)
        codes = maker.codes()
        found = evaluate(maker.law, codes)
        if found.known and found.applies | found.fails:
            return maker.law, codes
    raise AssertionError("no such law")


@pytest.mark.parametrize("mutant", [flipped, other_outcome, less])
def test_a_compiled_law_that_is_wrong_is_noticed_and_nothing_is_issued(
    monkeypatch: pytest.MonkeyPatch,
    decided: tuple[StandingLaw, dict[str, int]],
    mutant: Mutant,
) -> None:
    engine, (law, codes) = Engine(), decided
    engine.evaluate(law, codes)
    compile_wrongly(monkeypatch, mutant)

    with pytest.raises(EngineFault):
        engine.evaluate(law, codes)

    assert 1 == engine.counters.faults


def test_a_fault_names_what_differs_and_no_values(
    monkeypatch: pytest.MonkeyPatch, decided: tuple[StandingLaw, dict[str, int]]
) -> None:
    law, codes = decided
    compile_wrongly(monkeypatch, flipped)

    with pytest.raises(EngineFault) as fault:
        Engine().evaluate(law, codes)

    told = str(fault.value).removeprefix("engine and compiled law disagree on ")
    names = {f"{p.provision.id}/{c.condition.id}" for p in law.provisions for c in p.conditions}
    assert set(told.split(", ")) <= names


def test_rules_that_are_wrong_are_noticed(decided: tuple[StandingLaw, dict[str, int]]) -> None:
    """Every met rule says not met and the reverse, as if the compiler had erred."""
    engine, (law, codes) = Engine(), decided
    engine.prepare([law])
    meanings = engine._load(law).parts[0].ruleset.program.meanings
    for rule, meaning in meanings.items():
        if meaning.means == "condition":
            meanings[rule] = replace(meaning, value=1 - meaning.value)

    with pytest.raises(EngineFault):
        engine.evaluate(law, codes)

    assert 1 == engine.counters.faults


def test_every_message_of_every_case_is_posted(
    monkeypatch: pytest.MonkeyPatch, decided: tuple[StandingLaw, dict[str, int]]
) -> None:
    posted: list[str] = []
    post = session_module.Session.post
    monkeypatch.setattr(
        session_module.Session, "post", lambda self, told: posted.extend(told) or post(self, told)
    )
    engine, (law, codes) = Engine(), decided

    engine.evaluate(law, codes)
    first = list(posted)
    posted.clear()
    engine.evaluate(law, codes)

    assert len(first) > len(codes)
    assert first == posted


def test_a_session_that_broke_leaves_the_next_ones_unharmed(engine: Engine) -> None:
    maker = LawMaker(7)
    codes = maker.codes()
    with engine._lock:
        ruleset = engine._load(maker.law).parts[0].ruleset
        session = ruleset.open()
        with pytest.raises(EngineFault):
            session.post(['"f0":}{'])
        ruleset.close(session)

    for _ in range(100):
        assert evaluate(maker.law, codes) == engine.evaluate(maker.law, codes)


def test_a_session_that_was_not_emptied_to_the_end_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch, decided: tuple[StandingLaw, dict[str, int]]
) -> None:
    """As when a worker is stopped in the middle of a decision: what was left behind must not meet
    the next one's facts.
    """
    engine, (law, codes) = Engine(), decided
    engine.evaluate(law, codes)
    with monkeypatch.context() as patch:
        patch.setattr(session_module.Session, "retract", interrupted)
        with pytest.raises(KeyboardInterrupt):
            engine.evaluate(law, codes)

    assert evaluate(law, {}) == engine.evaluate(law, {})


def interrupted(session: session_module.Session) -> bool:
    raise KeyboardInterrupt


def test_decisions_leave_nothing_behind_for_the_next(engine: Engine) -> None:
    """The same few cases of one law in any order, thousands of them in one session's state."""
    for seed in range(5):
        maker, order = LawMaker(seed), Random(seed)
        cases = [maker.codes() for _ in range(8)]
        expected = [evaluate(maker.law, codes) for codes in cases]
        for _ in range(400):
            number = order.randrange(len(cases))

            assert expected[number] == run(engine, maker.law, cases[number])


# --- what is too large is refused when it is loaded ---


def test_a_provision_with_too_many_conditions_is_refused_when_it_is_loaded() -> None:
    maker = LawMaker(1, questions=1, provisions=1, conditions=1)
    wide = replace(
        maker.law.asked.provisions[0], paths=(tuple(wide_path(maker, MATCHES_AT_MOST + 1)),)
    )
    law = replace(maker.law, questions=(replace(maker.law.asked, provisions=(wide,)),))

    with pytest.raises(TooLarge, match=f"{MATCHES_AT_MOST + 1} findings in a message"):
        Engine().prepare([law])


def test_a_provision_with_as_many_conditions_as_are_carried_is_decided(engine: Engine) -> None:
    maker = LawMaker(1, questions=1, provisions=1, conditions=1)
    wide = replace(maker.law.asked.provisions[0], paths=(tuple(wide_path(maker, MATCHES_AT_MOST)),))
    law = replace(maker.law, questions=(replace(maker.law.asked, provisions=(wide,)),))
    names = [condition.fact.name for condition in law.conditions]

    for codes in (
        dict.fromkeys(names, 1),
        dict.fromkeys(names, 0),
        {**dict.fromkeys(names, 1), names[-1]: 0},
        {},
    ):
        assert evaluate(law, codes) == engine.evaluate(law, codes)


def wide_path(maker: LawMaker, count: int) -> Iterator[StandingCondition]:
    pattern = maker.law.conditions[0]
    for index in range(count):
        fact = FactDefinition(f"wide.number_{index}", "flag")
        written = replace(
            pattern.condition, id=f"number-{index}", fact=fact.name, operator="is", operand=True
        )
        yield StandingCondition(index, written, fact, True, CodeSet([(1, 1)]))


def test_a_question_with_too_many_provisions_is_refused_when_it_is_loaded() -> None:
    maker = LawMaker(1, questions=1, provisions=1, conditions=1)
    provisions = []
    for index, condition in enumerate(wide_path(maker, RULES_AT_MOST)):
        provisions.append(
            replace(maker.law.asked.provisions[0], index=index, paths=((condition,),))
        )
    law = replace(maker.law, questions=(replace(maker.law.asked, provisions=tuple(provisions)),))

    with pytest.raises(TooLarge):
        Engine().prepare([law])


# --- threads ---


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns as often as the interpreter can make them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried")
def test_eight_threads_get_the_right_answers() -> None:
    """Two thousand decisions each; the same with a million decisions is `bench/soak.py`."""
    engine = Engine()
    made = [
        (maker.law, maker.codes())
        for maker in (LawMaker(seed, questions=2, provisions=3, conditions=2) for seed in range(40))
    ]
    expected = [evaluate(law, codes) for law, codes in made]

    def work(thread: int) -> int:
        order = Random(thread)
        numbers = (order.randrange(len(made)) for _ in range(2_000))
        return sum(engine.evaluate(*made[number]) == expected[number] for number in numbers)

    with ThreadPoolExecutor(8) as pool:
        right = list(pool.map(work, range(8)))

    assert [2_000] * 8 == right
    assert (16_000, 0) == (engine.counters.decisions, engine.counters.faults)
