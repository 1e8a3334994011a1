"""A standing law → straight-line Python over two whole numbers: the shadow of durable-rules.

The numbers hold a bit for each condition, *met* and *known*. A path of a provision holds where all
its bits are met and fails where one is known and not met; provisions, outcomes and the conditions
on outcomes follow line by line, in the order of the questions. Where a question is left to a
person, what follows is found both ways. Nothing of a case is remembered.

The text is built from whole numbers and names made here, never from what a ruleset says, so
nothing written in the law can become code. `listing` adds the provisions as comments for readers.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from app.engine.evaluation import OUTCOMES_BY_CODE, Evaluation
from app.engine.fact_bits import FactBits, bits_of
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion

ELIGIBLE, INELIGIBLE, REFERRED, UNDETERMINED = range(4)
Line = tuple[str, str]
"""A line of the program, and what a reader is told beside it."""
Codes = Callable[[int, int], int]
Found = tuple[int, int, int, int, tuple[int, ...]]
"""Conditions met and known, provisions that apply and fail, the outcomes' codes."""
Left = tuple[int, object, int]
"""An outcome's code; where it is undetermined, what was found so far and the open conditions."""


def both_ways(one: int, other: int) -> int:
    """The outcome where a person decides in one of two ways."""
    if one == other:
        return one
    return UNDETERMINED if UNDETERMINED in (one, other) else REFERRED


def _found_both_ways(one: Found, other: Found) -> Found:
    """What holds in both ways."""
    met = one[0] & other[0]
    failed = (one[1] ^ one[0]) & (other[1] ^ other[0])
    outcomes = tuple([both_ways(a, b) for a, b in zip(one[4], other[4], strict=True)])
    return met, met | failed, one[2] & other[2], one[3] & other[3], outcomes


def _left_both_ways(one: Left, other: Left) -> Left:
    code = both_ways(one[0], other[0])
    return (code, (one, other), one[2] | other[2]) if code == UNDETERMINED else (code, 0, 0)


class CompiledLaw:
    """A standing law as functions of the conditions that are met and known.

    `outcome` gives the code of the outcome of the question asked: undetermined unless no further
    fact can change it. `explore` gives the same with what is left to decide: two cases that leave
    the same flags and the same open conditions come to the same outcome, whatever is stated next.
    Both are exact for independent conditions; conditions on one fact are not independent, which
    `app.determinations.needs.relevance` takes care of.
    """

    def __init__(self, law: StandingLaw) -> None:
        self.law = law
        on: dict[str, list[StandingCondition]] = {}
        for condition in law.conditions:
            on.setdefault(condition.fact.name, []).append(condition)
        self.facts = {
            name: FactBits(conditions, _referred(law, name)) for name, conditions in on.items()
        }
        self._tables = {name: (f.starts, f.at_start) for name, f in self.facts.items()}
        self._ids = tuple(law.by_question)
        self._conditions = (1 << len(law.conditions)) - 1
        program = "\n".join(line for line, _ in self.lines)
        names: dict[str, object] = {
            "__builtins__": {},
            "both_ways": both_ways,
            "found_both_ways": _found_both_ways,
            "left_both_ways": _left_both_ways,
        }
        exec(compile(program, "<law>", "exec"), names)  # noqa: S102  (integers and names of ours)
        self.outcome: Codes = names["outcome"]  # type: ignore[assignment]
        self.explore: Callable[[int, int], Left] = names["explore"]  # type: ignore[assignment]
        self._everything: Callable[[int, int], Found] = names["everything"]  # type: ignore[assignment]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The program, line by line."""
        return (*_outcome(self.law), *_explore(self.law), *_everything(self.law))

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
                starts, at_start = tables[name]
                more_met, more_known = at_start[bisect_right(starts, code)]
                met |= more_met
                known |= more_known
        return met, known

    def evaluate(self, met: int, known: int) -> Evaluation:
        """Every condition, provision and outcome."""
        met, known, applies, fails, outcomes = self._everything(met, known)
        by_id: dict[str, Outcome] = {
            id: OUTCOMES_BY_CODE[code] for id, code in zip(self._ids, outcomes, strict=True)
        }
        return Evaluation(met, known & self._conditions, applies, fails, by_id)


# --- the program's text ---------------------------------------------------------------------------


def _referred(law: StandingLaw, name: str) -> int:
    """The bit which says that a question is stated to be left to a person; none for a fact."""
    question = law.by_question.get(name)
    return 0 if question is None else 1 << len(law.conditions) + question.index


def _bits(provisions: Iterable[StandingProvision]) -> int:
    return sum(1 << provision.index for provision in provisions)


def _any(tests: Iterable[str]) -> str:
    return " or ".join(test for test in tests if test != "0") or "0"


def _all(*tests: str) -> str:
    if "0" in tests:
        return "0"
    return " and ".join(f"({test})" for test in tests if test != "1") or "1"


def _holds(provision: StandingProvision) -> str:
    """Some path has all its conditions met."""
    masks = [bits_of(path) for path in provision.paths]
    return " or ".join(f"met & {mask} == {mask}" for mask in masks)


def _failed(provision: StandingProvision) -> str:
    """Every path has a condition that failed."""
    return " and ".join(f"no & {bits_of(path)}" for path in provision.paths)


def _any_holds(provisions: Iterable[StandingProvision]) -> str:
    return _any(_holds(p) for p in provisions if not p.lacks_text)


def _all_failed(provisions: Iterable[StandingProvision]) -> str:
    return " and ".join(_failed(p) for p in provisions) or "1"


Provisions = tuple[StandingProvision, ...]


def _tests(
    question: StandingQuestion,
    any_holds: Callable[[Provisions], str],
    all_failed: Callable[[Provisions], str],
) -> list[tuple[str, int]]:
    """What a question comes to, first test first: see `docs/decisions/outcomes.md`."""
    bars, grants = question.of("bars"), question.of("grants")
    may_grant, may_bar = question.may_grant, question.may_bar
    granted, denied = any_holds(grants), all_failed(grants)
    to_a_person = (
        _all(granted, any_holds(may_bar)),
        _all(denied, any_holds(may_grant)),
        _all(any_holds(may_grant), any_holds(may_bar)),
    )
    is_barred = all_failed(bars)
    return [
        (_any([any_holds(bars), _all(denied, all_failed(may_grant))]), INELIGIBLE),
        ("0" if is_barred == "1" else f"not ({is_barred})", UNDETERMINED),
        (_all(granted, all_failed(may_bar)), ELIGIBLE),
        (_any(to_a_person), REFERRED),
    ]


def _first_that_holds(question: StandingQuestion, tests: list[tuple[str, int]]) -> Iterator[Line]:
    """The outcome of the first test that holds, undetermined where none does."""
    word, id = "if", question.question.id
    for test, outcome in tests:
        if test != "0":
            yield f"    {word} {test}:", id
            yield f"        o{question.index} = {outcome}", OUTCOMES_BY_CODE[outcome]
            word, id = "elif", ""
    yield "    else:", ""
    yield f"        o{question.index} = {UNDETERMINED}", OUTCOMES_BY_CODE[UNDETERMINED]


def _used(law: StandingLaw, question: StandingQuestion, name: str, join: str) -> Iterator[Line]:
    """What a question's outcome says of the conditions that look at it, unless a caller stated it,
    or the flag that follows from it. Where it is left to a person, the function *name* goes on both
    ways and *join* compares.
    """
    looks, index = law.looks[question.question.id], question.index
    if not looks:
        return
    referred = _referred(law, question.question.id)
    met = {ELIGIBLE: 0, INELIGIBLE: 0}
    for look in looks:
        for code, own in ((ELIGIBLE, look.eligible), (INELIGIBLE, look.ineligible)):
            met[code] |= bits_of(c for c in look.conditions if own in c.accepts)
    masks = [bits_of(look.conditions) for look in looks]
    if len(masks) == 1:
        yield f"    if not known & {masks[0]}:", "not stated"
        new, one, other = str(masks[0]), str(met[ELIGIBLE]), str(met[INELIGIBLE])
    else:
        yield "    new = 0", ""
        for mask in masks:
            yield f"    if not known & {mask}:", "not stated"
            yield f"        new |= {mask}", ""
        yield "    if new:", ""
        new, one, other = "new", f"{met[ELIGIBLE]} & new", f"{met[INELIGIBLE]} & new"
    yield f"        if o{index} == {REFERRED} or known & {referred}:", "both ways"
    yield f"            one = {name}(met | {one}, known | {new})", ""
    yield f"            other = {name}(met | {other}, known | {new})", ""
    yield f"            return {join}(one, other)", ""
    yield f"        if o{index} != {UNDETERMINED}:", ""
    yield f"            known |= {new}", ""
    for code, more in ((ELIGIBLE, one), (INELIGIBLE, other)):
        if met[code]:
            yield f"            if o{index} == {code}:", OUTCOMES_BY_CODE[code]
            yield f"                met |= {more}", ""
    yield "            no = known ^ met", ""


def _where_looked_at(
    law: StandingLaw, question: StandingQuestion, lines: Iterable[Line]
) -> Iterator[Line]:
    """The lines that decide a question. One that is looked at through flags alone is passed over
    where nothing is known that it looks at: it is undetermined then.
    """
    own = bits_of(c for p in question.provisions for c in p.conditions)
    if question.question.id not in law.behind_flags or not (question.grants or question.may_grant):
        yield from lines
        return
    yield f"    o{question.index} = {UNDETERMINED}", question.question.id
    yield f"    if known & {own}:", ""
    for line, note in lines:
        yield f"    {line}", note


def _bearing(law: StandingLaw) -> Iterable[StandingQuestion]:
    return (q for q in law.questions if q.question.id in law.bearing)


def _deciding(law: StandingLaw, question: StandingQuestion) -> Iterator[Line]:
    """The lines for the outcome of a question alone."""
    tests = _tests(question, _any_holds, _all_failed)
    return _where_looked_at(law, question, _first_that_holds(question, tests))


def _outcome(law: StandingLaw) -> Iterator[Line]:
    """A function for the outcome alone."""
    yield "def outcome(met, known):", ""
    yield "    no = known ^ met", ""
    for question in _bearing(law):
        yield from _deciding(law, question)
        yield from _used(law, question, "outcome", "both_ways")
    yield f"    return o{law.asked.index}", ""


def _applying(provisions: Provisions) -> str:
    return f"applies & {_bits(provisions)}" if provisions else "0"


def _all_failing(provisions: Provisions) -> str:
    bits = _bits(provisions)
    return f"fails & {bits} == {bits}" if provisions else "1"


def _finding(question: StandingQuestion) -> Iterator[Line]:
    """The lines for which provisions of a question apply and fail, and for its outcome."""
    for provision in question.provisions:
        bit, id = 1 << provision.index, provision.provision.id
        holds = "0" if provision.lacks_text else _holds(provision)
        yield f"    if {holds}:", f"{provision.effect} {question.question.id}: {id}"
        yield f"        applies |= {bit}", ""
        yield f"    elif {_failed(provision)}:", ""
        yield f"        fails |= {bit}", ""
    yield from _first_that_holds(question, _tests(question, _applying, _all_failing))


def _everything(law: StandingLaw) -> Iterator[Line]:
    """A function for every condition, provision and outcome."""
    yield "def everything(met, known):", "a bit for each condition that is met, and that is known"
    yield "    no = known ^ met", "the conditions that failed"
    yield "    applies = fails = 0", "a bit for each provision"
    for question in law.questions:
        yield from _where_looked_at(law, question, _finding(question))
        yield from _used(law, question, "everything", "found_both_ways")
    outcomes = "".join(f"o{question.index}, " for question in law.questions)
    yield f"    return met, known, applies, fails, ({outcomes})", ""


# --- what is left to decide -----------------------------------------------------------------------


def _kinds(question: StandingQuestion) -> dict[str, Provisions]:
    """The provisions that bear on an outcome, by how; one may bear in two ways."""
    return {
        "bars": question.of("bars"),
        "grants": question.of("grants"),
        "may_grant": question.may_grant,
        "may_bar": question.may_bar,
    }


def _open_paths(question: StandingQuestion) -> Iterator[Line]:
    """Each provision: it holds, it failed, or its open paths are noted under what it bears on."""
    kinds = _kinds(question)
    for provision in question.provisions:
        noted = [f"{kind}{question.index}" for kind, some in kinds.items() if provision in some]
        if not noted:
            continue
        bit, masks = 1 << provision.index, [bits_of(path) for path in provision.paths]
        yield f"    if {_holds(provision)}:", provision.provision.id
        yield f"        holds |= {bit}", ""
        yield f"    elif {_failed(provision)}:", ""
        yield f"        fails |= {bit}", ""
        yield "    else:", ""
        for mask in masks:
            yield f"        if not no & {mask}:", ""
            for name in noted:
                yield f"            {name} |= {mask}", ""


def _holding(provisions: Provisions) -> str:
    read = _bits(p for p in provisions if not p.lacks_text)
    return f"holds & {read}" if read else "0"


def _explore(law: StandingLaw) -> Iterator[Line]:
    """A function for what is left to decide: outcome code, flags, and open conditions as bits.

    A condition on a flag that does not follow from what is known is left open itself. What would
    decide the question behind the flag is not: nobody is asked for that.
    """
    yield "def explore(met, known):", ""
    yield "    no = known ^ met", ""
    yield "    holds = fails = 0", ""
    for question in _bearing(law):
        if question.question.id in law.behind_flags:
            yield from _deciding(law, question)
            yield from _used(law, question, "explore", "left_both_ways")
            continue
        noted = " = ".join(f"{kind}{question.index}" for kind in _kinds(question))
        yield f"    {noted} = 0", question.question.id
        yield from _open_paths(question)
        yield from _first_that_holds(question, _tests(question, _holding, _all_failing))
        yield from _used(law, question, "explore", "left_both_ways")
    asked = law.asked
    yield f"    if o{asked.index} != {UNDETERMINED}:", ""
    yield f"        return o{asked.index}, 0, 0", ""
    yield "    flags = left = 0", ""
    for question in reversed([*_bearing(law)]):
        if question.question.id in law.behind_flags:
            continue
        used = bits_of(law.used_in[question.question.id])
        indent = "    "
        if question is not asked:
            yield f"    if left & {used}:", question.question.id
            indent = "        "
        for line in _left(question):
            yield indent + line, ""
    yield f"    return {UNDETERMINED}, flags, left & ~known", ""


def _left(question: StandingQuestion) -> Iterator[str]:
    """What bears on an open question: its open bars, what may still grant while nothing grants,
    and who may still bar. The flags say what applies, or would if its text were read.
    """
    kinds, index = _kinds(question), question.index
    flag = {kind: 1 << 8 * index + place for place, kind in enumerate(kinds)}
    yield f"left |= bars{index}"
    yield f"if {_holding(kinds['grants'])}:"
    yield f"    flags |= {flag['grants']}"
    yield "else:"
    yield f"    left |= grants{index}"
    for indent, kind in (("    ", "may_grant"), ("", "may_bar")):
        if kinds[kind]:
            yield f"{indent}if {_holding(kinds[kind])}:"
            yield f"{indent}    flags |= {flag[kind]}"
            yield f"{indent}else:"
            yield f"{indent}    left |= {kind}{index}"
    for kind, provisions in kinds.items():
        unread = _bits(p for p in provisions if p.lacks_text)
        if unread:
            yield f"if holds & {unread}:"
            yield f"    flags |= {flag[kind] << len(kinds)}"
