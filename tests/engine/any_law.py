"""Random standing laws and random facts for them, all from one seed: every type, operator, effect,
calendar and depth there is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from app.law.calendars import Calendar, Period, StandingCalendar, YearlyPeriod
from app.law.dated import undated
from app.law.errors import Place
from app.law.fact_types import PLACES
from app.law.facts import Citation, Computation, FactDefinition, Value
from app.law.holidays import Holiday, HolidayLaw, LegalHolidays
from app.law.provision import Condition, Effect, Provision
from app.law.questions import OUTCOMES, STATED_OUTCOMES, Question
from app.law.sentences import Sentence
from app.law.spans import Span
from app.law.standing import (
    Required,
    StandingCondition,
    StandingLaw,
    StandingProvision,
    StandingQuestion,
    accepted_codes,
)

ACT = Citation("the act")
SAYS = Sentence.parse("{value}")
START = date(2011, 1, 1)
MISSING = 0.15
MONTH_DAYS = [month * 100 + day for month in range(1, 13) for day in (1, 2, 15, 28)] + [1231]
_HOLIDAYS = tuple(
    Holiday(f"Holiday {month_day}", *divmod(month_day, 100))
    for month_day in (*MONTH_DAYS[::3], 1231)
)
HOLIDAYS = LegalHolidays(
    HolidayLaw("Holidays", ACT, "primary", "", "", _HOLIDAYS, SAYS, {}, SAYS, Place("", 0))
)
CHOICES = {"red": "Red", "green": "Green", "blue": "Blue", "white": "White"}


def any_fact(random: Random, name: str) -> FactDefinition:
    """A fact of any type; some computed, whose values may lie outside what a caller could state."""
    kind = random.choice(("flag", "integer", "decimal", "day", "choice"))
    computed = (
        Computation("value", ())
        if kind in ("integer", "decimal", "day") and random.random() < 0.3
        else None
    )
    choices = CHOICES if kind == "choice" else {}
    minimum = random.choice((0, -50))
    return FactDefinition(
        name, kind, choices=choices, minimum=minimum, maximum=200, computed=computed
    )  # type: ignore[arg-type]


def any_flags(seed: int, question: int) -> list[FactDefinition]:
    """Flags that follow from a question."""
    return [
        FactDefinition(
            f"law_{seed}.follows_{question}_{number}",
            "flag",
            follows_from=f"question.number_{question}",
        )
        for number in range(2)
    ]


def any_day(random: Random) -> date:
    return START + timedelta(days=random.choice((0, 1, 30, 365, random.randint(-400, 2_000))))


def any_calendar(random: Random) -> StandingCalendar:
    """A calendar of periods, or of days that return every year."""
    in_force = Span(
        START, random.choice((None, START + timedelta(days=random.randint(100, 2_000))))
    )
    periods: tuple[Period, ...] = ()
    every_year: tuple[YearlyPeriod, ...] = ()
    if random.random() < 0.5:
        ends = sorted(random.sample(MONTH_DAYS, 2 * random.randint(1, 3)))
        every_year = tuple(
            YearlyPeriod(first, last, "the act")
            for first, last in zip(ends[::2], ends[1::2], strict=True)
        )
    else:
        firsts = [any_day(random) for _ in range(random.randint(1, 6))]
        periods = tuple(
            Period(first, first + timedelta(days=random.randint(0, 90)), "the act")
            for first in firsts
        )
    calendar = Calendar(
        "calendars/any", "any", "Any", ACT, "primary", START, in_force, "open", periods, every_year
    )
    return StandingCalendar(calendar, in_force, None, random.choice((LegalHolidays(), HOLIDAYS)))


def any_value(random: Random, fact: FactDefinition) -> Value:
    match fact.type:
        case "flag":
            return random.random() < 0.5
        case "integer":
            return random.randint(-5, 105)
        case "decimal":
            return Decimal(random.randint(-50, 10_000)).scaleb(-random.randint(0, PLACES))
        case "day":
            return any_day(random)
    return random.choice(list(fact.choices))


def any_operand(random: Random, fact: FactDefinition, operator: str) -> Required:
    if operator == "one_of":
        return tuple(random.sample(list(fact.choices), random.randint(1, len(fact.choices))))
    if operator == "within":
        if fact.type == "day" and random.random() < 0.6:
            return any_calendar(random)
        pairs = [
            sorted((any_value(random, fact), any_value(random, fact)))
            for _ in range(random.randint(1, 4))
        ]
        return tuple((low, high) for low, high in pairs)
    return any_value(random, fact)


class LawMaker:
    """Makes one standing law of a few questions, the last of which may use the ones before.

    Facts are named after the seed: an engine serves one lawbook, in which a name always means the
    same fact.
    """

    def __init__(
        self,
        seed: int,
        questions: int = 3,
        provisions: int = 6,
        conditions: int = 4,
        with_flags: bool = True,
    ) -> None:
        """*with_flags* where some questions may be looked at through flags alone."""
        self.random = Random(seed)
        self.most_provisions, self.most_conditions = provisions, conditions
        self.facts = [
            any_fact(self.random, f"law_{seed}.fact_{number}")
            for number in range(self.random.randint(2, 9))
        ]
        self.conditions = self.provisions = 0
        made: list[StandingQuestion] = []
        count = self.random.randint(1, questions)
        self.flags = {
            f"question.number_{number}": self.random.choices(any_flags(seed, number), k=2)
            for number in range(count - 1)
            if with_flags and self.random.random() < 0.5
        }
        """The questions behind flags, with the flags that follow from them."""
        for index in range(count):
            made.append(self.question(index, made, is_asked=index == count - 1))
        self.law = StandingLaw(Span(START), "current", tuple(made))

    def question(
        self, index: int, before: Sequence[StandingQuestion], is_asked: bool
    ) -> StandingQuestion:
        usable = [
            q
            for q in before
            if self.random.random() < 0.8
            and (q.question.id not in self.flags or f"question.number_{index}" in self.flags)
        ]
        self.following = [f for q in before for f in self.flags.get(q.question.id, ())]
        further = self.random.randint(0, self.most_provisions - 1)
        effects: list[Effect] = [
            "grants",
            *self.random.choices(("grants", "bars", "refers", "cautions"), k=further),
        ]
        self.random.shuffle(effects)
        provisions = tuple(
            self.provision(f"question.number_{index}", effect, usable) for effect in effects
        )
        used = {c.fact.follows_from or c.fact.name for p in provisions for c in p.conditions}
        depth = 1 + max((q.depth for q in before if is_asked or q.question.id in used), default=-1)
        says = dict.fromkeys(OUTCOMES, SAYS)
        return StandingQuestion(
            index, Question(f"question.number_{index}", "Any?", START, says), depth, provisions
        )

    def provision(
        self, question: str, effect: Effect, usable: Sequence[StandingQuestion]
    ) -> StandingProvision:
        index = self.provisions
        self.provisions += 1
        paths = tuple(
            tuple(
                self.condition(usable) for _ in range(self.random.randint(1, self.most_conditions))
            )
            for _ in range(self.random.randint(1, 3))
        )
        written = {
            f"path-{number}": tuple(c.condition for c in path) for number, path in enumerate(paths)
        }
        text_missing = "Nobody read it." if self.random.random() < 0.15 else None
        provision = Provision(
            f"any/number-{index}",
            "Any",
            undated(ACT, START),
            undated("primary", START),
            "Any",
            START,
            Span(START),
            question,
            effect,
            written,
            may=self.random.choice(("grant", "bar", "either")) if effect == "refers" else None,
            text_missing=text_missing,
        )
        return StandingProvision(index, provision, paths, {}, ACT, "primary")

    def condition(self, usable: Sequence[StandingQuestion]) -> StandingCondition:
        fact = self.random.choice(self.facts)
        if usable and self.random.random() < 0.2:
            fact = FactDefinition(
                self.random.choice(usable).question.id,
                "outcome",
                choices={o: o for o in STATED_OUTCOMES},
            )
        elif self.following and self.random.random() < 0.3:
            fact = self.random.choice(self.following)
        operator = self.random.choice(sorted(fact.kind.operators))
        required = any_operand(self.random, fact, operator)
        index = self.conditions
        self.conditions += 1
        written = Condition(f"number-{index}", "Any", fact.name, operator, "any", SAYS, SAYS)
        return StandingCondition(
            index, written, fact, required, accepted_codes(operator, required, fact)
        )

    def codes(self) -> dict[str, int]:
        """Facts of one case: most near an edge of some condition, some anywhere, some missing.

        Now and then a stated outcome.
        """
        known: dict[str, int] = {}
        for fact in self.facts:
            if self.random.random() >= MISSING:
                known[fact.name] = self.code(fact)
        for name in dict.fromkeys(f.name for flags in self.flags.values() for f in flags):
            if self.random.random() < 0.3:
                known[name] = self.random.randrange(2)
        for question in self.law.questions[:-1]:
            if question.question.id not in self.flags and self.random.random() < 0.1:
                known[question.question.id] = self.random.randrange(len(STATED_OUTCOMES))
        return known

    def code(self, fact: FactDefinition) -> int:
        edges = [
            e for c in self.law.conditions if c.fact.name == fact.name for e in c.accepts.edges()
        ]
        code = self.random.randint(fact.first_code, fact.last_code)
        if edges and self.random.random() < 0.8:
            code = self.random.choice(edges) + self.random.choice((-1, 0, 0, 1))
        return max(fact.first_code, min(fact.last_code, code))


def described(law: StandingLaw, codes: Mapping[str, int]) -> str:
    """A law and a case, for whoever has to find out why they were decided in two ways."""
    lines = [f"facts {dict(codes)}"]
    for question in law.questions:
        lines.append(f"{question.question.id}, depth {question.depth}")
        for provision in question.provisions:
            lines.append(
                f"  {provision.provision.id} "
                f"{provision.effect}{' unread' if provision.lacks_text else ''}"
            )
            for number, path in enumerate(provision.paths):
                lines += [
                    f"    path {number}: {c.index} {c.fact.name} in {list(c.accepts)[:9]}"
                    for c in path
                ]
    return "\n".join(lines)
