"""What all checks of the law use: a place for complaints, and the checks of the parts that several
of its files hold: functions, values, conclusions, sentences, limits.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from app.law.calendars import Calendar
from app.law.errors import Fault, Place, Places
from app.law.fact_types import FACT_TYPES
from app.law.facts import Computation, FactDefinition
from app.law.functions import FUNCTIONS
from app.law.provision import Conclusion, Condition, NextStep, Parameter, ParameterName, Provision
from app.law.questions import ConclusionDefinition, Edition, Question
from app.law.running_text import gaps
from app.law.sentences import Sentence


@dataclass
class Checking:
    """The law to be checked, and the complaints about it so far."""

    provisions: Mapping[str, Provision]
    facts: Mapping[str, FactDefinition]
    questions: Mapping[str, Question]
    calendars: Mapping[str, Calendar]
    editions: Mapping[str, Edition]
    folder: str
    found: list[Fault] = field(default_factory=list)

    def note(self, place: Place, sentence: str) -> None:
        """Complain about a place."""
        self.found.append(Fault(place, sentence))

    def check_computation(
        self, call: Computation, place: Place, parameters: Mapping[str, Parameter], concludes: bool
    ) -> str | None:
        """What a call gives, complaining of functions, arguments and parameters that do not fit.

        None where there is no such function.
        """
        signature = FUNCTIONS.get(call.function)
        if signature is None or (signature.concludes_only and not concludes):
            self.note(
                place,
                f"there is no function {call.function} here; there are {', '.join(FUNCTIONS)}",
            )
            return None
        if (
            len(call.arguments) < len(signature.takes)
            or signature.kind_of(len(call.arguments) - 1) is None
        ):
            self.note(
                place,
                f"{call.function} takes {len(signature.takes)} arguments; here are "
                f"{len(call.arguments)}",
            )
            return None
        for index, argument in enumerate(call.arguments):
            self.check_argument(
                call, str(signature.kind_of(index)), argument, place, parameters, concludes
            )
        if signature.gives == "any":
            fact = self.facts.get(str(call.arguments[0]))
            return fact.type if fact else None
        return signature.gives

    def check_argument(
        self,
        call: Computation,
        kind: str,
        argument: str | int | Computation,
        place: Place,
        parameters: Mapping[str, Parameter],
        concludes: bool,
    ) -> None:
        """Complain of an argument that its function cannot take."""
        if isinstance(argument, Computation):
            gives = self.check_computation(argument, place, parameters, concludes)
            fits = gives in (None, kind) or (gives in FACT_TYPES and kind in FACT_TYPES[gives].fits)
            if not concludes or not fits:
                self.note(place, f"{call.function} cannot take {argument} here")
        elif isinstance(argument, int):
            if kind not in ("integer", "number"):
                self.note(place, f"{call.function} takes a {kind} where {argument} stands")
        elif kind == "series":
            if argument not in {calendar.series for calendar in self.calendars.values()}:
                self.note(place, f"there is no series of calendars {argument}")
        elif argument.startswith("$"):
            if not concludes or argument[1:] not in parameters:
                self.note(place, f"there is no parameter {argument[1:]} here")
        elif argument not in self.facts:
            self.note(place, f"nobody defined the fact {argument}")
        elif kind not in self.facts[argument].kind.fits:
            self.note(
                place,
                f"{call.function} takes a {kind}, but {argument} is of type "
                f"{self.facts[argument].type}",
            )

    def check_value(self, fact: FactDefinition, value: object, place: Place) -> None:
        """Complain of a value that a fact cannot have."""
        complaint = fact.kind.complaint(fact, value)
        if complaint is not None:
            self.note(place, complaint)

    def check_steps(self, steps: Iterable[NextStep], parameters: Container[str]) -> None:
        """Complain of next steps that lead to questions that do not exist, and of gaps in what
        they say.
        """
        for step in steps:
            if step.question is not None and step.question not in self.questions:
                self.note(step.place, f"there is no question {step.question}")
            for name in step.says.names:
                if name not in parameters:
                    self.note(step.place, f"there is no parameter {name}, which a step names")

    def check_concludes(
        self,
        concludes: Mapping[str, Conclusion],
        question: Question,
        parameters: Mapping[str, Parameter],
        places: Places,
        keys: tuple[str, ...],
    ) -> None:
        """Complain of conclusions that a question does not have, or that are of another type."""
        for name, conclusion in concludes.items():
            place = places.of(*keys, name)
            definition = question.concludes.get(name)
            if definition is None:
                self.note(
                    place,
                    f"{question.id} does not conclude {name}; add it to its `concludes` in "
                    "questions.yaml",
                )
            else:
                self.check_conclusion(definition, conclusion, parameters, place)

    def check_conclusion(
        self,
        wanted: ConclusionDefinition,
        conclusion: Conclusion,
        parameters: Mapping[str, Parameter],
        place: Place,
    ) -> None:
        """Complain of a conclusion of another type than its question defines."""
        if isinstance(conclusion, Computation):
            gives = self.check_computation(conclusion, place, parameters, concludes=True)
            if gives not in (None, wanted.type) and not (
                is_number(gives) and is_number(wanted.type)
            ):
                self.note(
                    place,
                    f"{wanted.name} is a {wanted.type}, but {conclusion.function} gives a {gives}",
                )
        elif isinstance(conclusion, ParameterName):
            if conclusion.name not in parameters:
                self.note(place, f"there is no parameter {conclusion.name} here")
        elif wanted.type == "choice" and conclusion not in wanted.choices:
            self.note(
                place,
                f"{conclusion} is not a choice of {wanted.name}; there are "
                f"{', '.join(wanted.choices)}",
            )
        elif wanted.type != "choice":
            self.note(
                place, f"{wanted.name} is a {wanted.type}; it must be concluded by a function"
            )

    def check_deadlines(self, provision: Provision) -> None:
        """Complain of deadlines that are no days, and of gaps in what they say."""
        for deadline in provision.deadlines:
            parameters = provision.parameters
            gives = self.check_computation(deadline.on, deadline.place, parameters, concludes=True)
            if gives not in (None, "day", "span"):
                self.note(deadline.place, f"a deadline is a day, not a {gives}")
            for sentence in filter(None, (deadline.do, deadline.why)):
                for name in set(sentence.names) - {"on", *parameters}:
                    self.note(deadline.place, f"nobody knows {{{name}}}, which a deadline names")

    def check_sentence(self, sentence: Sentence, names: set[str], place: Place) -> None:
        """Complain of gaps in a sentence that no value can fill."""
        for name in sentence.names:
            if name not in names and name not in self.facts:
                self.note(place, f"nobody knows {{{name}}}, which a sentence names")

    def check_curable(self, provision: Provision) -> None:
        """A provision says through which day the curable facts it looks at can be cured."""
        looked_at = (self.facts.get(c.fact) for c in provision.conditions)
        has_curable = any(fact is not None and fact.curable is not None for fact in looked_at)
        day, place = provision.curable_through, provision.places.of("curable_through")
        if (day is not None) != (has_curable and provision.effect != "cautions"):
            self.note(place, "`curable_through` goes with curable facts, save in what cautions")
        if day is not None:
            gives = self.check_computation(day, place, provision.parameters, concludes=True)
            if gives not in (None, "day"):
                self.note(place, f"`curable_through` is a day, not a {gives}")

    def check_limit(self, provision: Provision, condition: Condition, fact: FactDefinition) -> None:
        """A limit in days to an act is a parameter that says who set it, so that an answer can say
        how surely its last day moves.
        """
        operand = condition.operand
        if isinstance(operand, tuple) or not fact.computed:
            return
        parameter = (
            provision.parameters.get(operand.name) if isinstance(operand, ParameterName) else None
        )
        set_by = parameter.set_by if parameter else None
        if (fact.computed.function == "days_counted") != (set_by is not None):
            self.note(
                condition.places.of(condition.operator),
                f"{condition.id}: a limit says who `set_by` it where days_counted counts to it, "
                "and only there",
            )


def is_number(kind: str | None) -> bool:
    """Whether what a function gives, or the type of a conclusion, is a number."""
    return kind == "number" or (kind in FACT_TYPES and "number" in FACT_TYPES[str(kind)].fits)


def used_parameters(provision: Provision) -> set[str]:
    """The parameters that something in a provision names."""
    used = {c.operand.name for c in provision.conditions if isinstance(c.operand, ParameterName)}
    sentences = [s for c in provision.conditions for s in (c.met, c.not_met)]
    sentences += [provision.caution] if provision.caution else []
    sentences += [s for d in provision.deadlines for s in (d.do, d.why) if s is not None]
    sentences += [step.says for step in provision.next_steps]
    used.update((*gaps(provision.gist), *gaps(provision.reading or "")))
    used.update(name for sentence in sentences for name in sentence.names)
    for conclusion in provision.looked_up:
        if isinstance(conclusion, ParameterName):
            used.add(conclusion.name)
        elif isinstance(conclusion, Computation):
            used.update(conclusion.parameter_names)
    return used
