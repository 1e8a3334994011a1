"""A standing law → straight-line Python over two whole numbers: the shadow of durable-rules.

The numbers hold a bit for each condition, *met* and *known*. A path of a provision holds where all
its bits are met and fails where one is known and not met; provisions, outcomes and the conditions
on outcomes follow line by line, in the order of the questions. Nothing of a case is remembered.

The text is built from whole numbers and names made here, never from what a ruleset says, so
nothing written in the law can become code. `listing` adds the provisions as comments for readers.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from app.engine.evaluation import OUTCOME_CODES, OUTCOMES_BY_CODE, Evaluation
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion

ELIGIBLE, INELIGIBLE, REFERRED, UNDETERMINED = range(4)
Line = tuple[str, str]
"""A line of the program, and what a reader is told beside it."""
Codes = Callable[[int, int], int]
Everything = Callable[[int, int], tuple[int, int, int, int, tuple[int, ...]]]
Explore = Callable[[int, int], tuple[int, int, int]]


def bits_of(conditions: Iterable[StandingCondition]) -> int:
    """One bit for each condition."""
    bits = 0
    for condition in conditions:
        bits |= 1 << condition.index
    return bits


class FactBits:
    """The conditions that each code of one fact meets, as bits; *all* are all conditions on it."""

    __slots__ = ("all", "met", "starts")

    def __init__(self, conditions: Iterable[StandingCondition]) -> None:
        conditions = list(conditions)
        self.all = bits_of(conditions)
        self.starts = sorted({edge for c in conditions for edge in c.accepts.edges()})
        inside = [self.starts[0] - 1, *self.starts] if self.starts else [0]
        self.met = [bits_of(c for c in conditions if code in c.accepts) for code in inside]

    def met_at(self, code: int) -> int:
        """The conditions that a code meets."""
        return self.met[bisect_right(self.starts, code)]


class CompiledLaw:
    """A standing law as functions of the conditions that are met and known.

    `outcome` gives the code of the outcome of the question asked, `settled` the same where no
    further fact can change it and undetermined elsewhere. `explore` gives the latter with what is
    left to decide: two cases that leave the same flags and the same open conditions come to the
    same outcome, whatever is stated next. All are exact for independent conditions; conditions on
    one fact are not independent, which `app.determinations.relevance` takes care of.
    """

    def __init__(self, law: StandingLaw) -> None:
        self.law = law
        on: dict[str, list[StandingCondition]] = {}
        for condition in law.conditions:
            on.setdefault(condition.fact.name, []).append(condition)
        self.facts = {name: FactBits(conditions) for name, conditions in on.items()}
        self._tables = {name: (f.starts, f.met, f.all) for name, f in self.facts.items()}
        self._ids = tuple(law.by_question)
        program = "\n".join(line for line, _ in self.lines)
        names: dict[str, object] = {}
        exec(compile(program, "<law>", "exec"), {"__builtins__": {}}, names)  # noqa: S102  (integers and names of ours)
        self.outcome: Codes = names["outcome"]  # type: ignore[assignment]
        self.settled: Codes = names["settled"]  # type: ignore[assignment]
        self.explore: Explore = names["explore"]  # type: ignore[assignment]
        self._everything: Everything = names["everything"]  # type: ignore[assignment]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The program, line by line."""
        law = self.law
        return (
            *_outcome(law),
            *_outcome(law, settled=True),
            *_explore(law),
            *_everything(law),
        )

    def listing(self) -> str:
        """The program of the outcome with the provision and question beside each line."""
        return "\n".join(
            f"{line}  # {note}" if note else line for line, note in _everything(self.law)
        )

    def bits(self, codes: Mapping[str, int]) -> tuple[int, int]:
        """The conditions that codes meet, and those they settle.

        Conditions on another question's outcome are among them where that outcome is stated.
        """
        met = known = 0
        tables = self._tables
        for name, code in codes.items():
            if name in tables:
                starts, met_in, bits = tables[name]
                met |= met_in[bisect_right(starts, code)]
                known |= bits
        return met, known

    def evaluate(self, met: int, known: int) -> Evaluation:
        """Every condition, provision and outcome."""
        met, known, applies, fails, outcomes = self._everything(met, known)
        by_id: dict[str, Outcome] = {
            id: OUTCOMES_BY_CODE[code] for id, code in zip(self._ids, outcomes, strict=True)
        }
        return Evaluation(met, known, applies, fails, by_id)


# --- the program's text ---------------------------------------------------------------------------


def _bits(provisions: Iterable[StandingProvision]) -> int:
    return sum(1 << provision.index for provision in provisions)


def _holds(provision: StandingProvision) -> str:
    """Some path has all its conditions met."""
    masks = [bits_of(path) for path in provision.paths]
    return " or ".join(f"met & {mask} == {mask}" for mask in masks)


def _failed(provision: StandingProvision) -> str:
    """Every path has a condition that failed."""
    return " and ".join(f"no & {bits_of(path)}" for path in provision.paths)


def _any_holds(provisions: Iterable[StandingProvision]) -> str:
    return " or ".join(_holds(p) for p in provisions if not p.lacks_text)


def _all_failed(provisions: Iterable[StandingProvision]) -> str:
    return " and ".join(_failed(p) for p in provisions)


def _used(law: StandingLaw, question: StandingQuestion) -> Iterator[Line]:
    """What a question's outcome says of the conditions on it, unless a caller stated it."""
    used = law.used_in[question.question.id]
    if not used:
        return
    all_of_them, outcome = bits_of(used), f"o{question.index}"
    yield f"    if {outcome} != {UNDETERMINED} and not known & {all_of_them}:", "not stated"
    yield f"        known |= {all_of_them}", ""
    for name, code in OUTCOME_CODES.items():
        met = bits_of(c for c in used if code in c.accepts)
        if met:
            yield f"        if {outcome} == {code}:", name
            yield f"            met |= {met}", ""
    yield "        no = known ^ met", ""


def _first_that_holds(
    question: StandingQuestion, tests: Iterable[tuple[str, int | str]]
) -> Iterator[Line]:
    """The outcome of the first test that holds, undetermined where none does; a test without text
    is left out.
    """
    word, id = "if", question.question.id
    for test, outcome in tests:
        if test:
            yield f"    {word} {test}:", id
            told = OUTCOMES_BY_CODE[outcome] if isinstance(outcome, int) else ""
            yield f"        o{question.index} = {outcome}", told
            word, id = "elif", ""
    yield "    else:", ""
    yield f"        o{question.index} = {UNDETERMINED}", OUTCOMES_BY_CODE[UNDETERMINED]


def _outcome(law: StandingLaw, settled: bool = False) -> Iterator[Line]:
    """A function for the outcome alone; *settled* is the one that no further fact can change."""
    yield f"def {'settled' if settled else 'outcome'}(met, known):", ""
    yield "    no = known ^ met", ""
    for question in law.questions:
        bars, refers, grants = (question.of(e) for e in ("bars", "refers", "grants"))
        against = " or ".join(t for t in (_any_holds(bars), _all_failed(grants)) if t)
        referred, granted = _any_holds(refers), _any_holds(grants)
        eligible, is_referred = f"{ELIGIBLE}", f"{REFERRED}"
        if settled:
            if refers:
                eligible = f"{ELIGIBLE} if {_all_failed(refers)} else {UNDETERMINED}"
            is_referred = f"{REFERRED} if {granted or 0} else {UNDETERMINED}"
        bar_is_open = f"not ({_all_failed(bars)})" if bars else ""
        tests: list[tuple[str, int | str]] = [
            (against or "1", INELIGIBLE),
            (bar_is_open, UNDETERMINED),
            (referred, is_referred),
            (granted, eligible),
        ]
        yield from _first_that_holds(question, tests)
        yield from _used(law, question)
    yield f"    return o{law.asked.index}", ""


def _everything(law: StandingLaw) -> Iterator[Line]:
    """A function for every condition, provision and outcome."""
    yield "def everything(met, known):", "a bit for each condition that is met, and that is known"
    yield "    no = known ^ met", "the conditions that failed"
    yield "    applies = fails = 0", "a bit for each provision"
    for question in law.questions:
        for provision in question.provisions:
            bit, id = 1 << provision.index, provision.provision.id
            holds = "0" if provision.lacks_text else _holds(provision)
            yield f"    if {holds}:", f"{provision.effect} {question.question.id}: {id}"
            yield f"        applies |= {bit}", ""
            yield f"    elif {_failed(provision)}:", ""
            yield f"        fails |= {bit}", ""
        bars, refers, grants = (_bits(question.of(e)) for e in ("bars", "refers", "grants"))
        tests = [
            (f"applies & {bars} or fails & {grants} == {grants}", INELIGIBLE),
            (f"fails & {bars} != {bars}", UNDETERMINED),
            (f"applies & {refers}", REFERRED),
            (f"applies & {grants}", ELIGIBLE),
        ]
        yield from _first_that_holds(question, tests)
        yield from _used(law, question)
    outcomes = "".join(f"o{question.index}, " for question in law.questions)
    yield f"    return met, known, applies, fails, ({outcomes})", ""


def _open_paths(question: StandingQuestion) -> Iterator[Line]:
    """Each provision: it holds, it failed, or its open paths are noted under its effect."""
    for provision in question.provisions:
        if provision.effect == "cautions":
            continue
        bit, masks = 1 << provision.index, [bits_of(path) for path in provision.paths]
        noted = f"{provision.effect}{question.index}"
        yield f"    if {_holds(provision)}:", provision.provision.id
        yield f"        holds |= {bit}", ""
        yield f"    elif {_failed(provision)}:", ""
        yield f"        fails |= {bit}", ""
        yield "    else:", ""
        for mask in masks:
            yield f"        if not no & {mask}:", ""
            yield f"            {noted} |= {mask}", ""


def _explore(law: StandingLaw) -> Iterator[Line]:
    """A function for what is left to decide: outcome code, flags, and open conditions as bits."""
    yield "def explore(met, known):", ""
    yield "    no = known ^ met", ""
    yield "    holds = fails = 0", ""
    for question in law.questions:
        number = question.index
        yield f"    bars{number} = refers{number} = grants{number} = 0", question.question.id
        yield from _open_paths(question)
        yield from _settle(question)
        yield from _used(law, question)
    asked = law.asked
    yield f"    if o{asked.index} != {UNDETERMINED}:", ""
    yield f"        return o{asked.index}, 0, 0", ""
    yield "    flags = left = 0", ""
    for question in reversed(law.questions):
        used = bits_of(law.used_in[question.question.id])
        indent = "    "
        if question is not asked:
            yield f"    if left & {used}:", question.question.id
            indent = "        "
        for line in _left(question):
            yield indent + line, ""
    yield f"    return {UNDETERMINED}, flags, left & ~known", ""


def _settle(question: StandingQuestion) -> Iterator[Line]:
    bars, refers, grants = (question.of(e) for e in ("bars", "refers", "grants"))
    barring, referring, granting = (
        _bits(p for p in some if not p.lacks_text) for some in (bars, refers, grants)
    )
    tests = [
        (f"holds & {barring} or fails & {_bits(grants)} == {_bits(grants)}", INELIGIBLE),
        (f"fails & {_bits(bars)} != {_bits(bars)} or not holds & {granting}", UNDETERMINED),
        (f"holds & {referring}", REFERRED),
        (f"fails & {_bits(refers)} == {_bits(refers)}", ELIGIBLE),
    ]
    return _first_that_holds(question, tests)


def _left(question: StandingQuestion) -> Iterator[str]:
    """What bears on an open question: its open bars; referrals and grants while none is known to
    apply. A flag says for each effect whether one applies, or would if its text were read.
    """
    yield f"left |= bars{question.index}"
    flag = 1 << 5 * question.index
    for effect in ("bars", "refers", "grants"):
        provisions = question.of(effect)
        read, lacking = (
            _bits(p for p in provisions if p.lacks_text is lacks_text)
            for lacks_text in (False, True)
        )
        if effect != "bars":
            if read:
                yield f"if holds & {read}:"
                yield f"    flags |= {flag}"
                yield "else:"
                yield f"    left |= {effect}{question.index}"
            elif provisions:
                yield f"left |= {effect}{question.index}"
            flag <<= 1
        if lacking:
            yield f"if holds & {lacking}:"
            yield f"    flags |= {flag}"
        flag <<= 1
