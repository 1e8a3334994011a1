"""The law held against itself: what a single file cannot show.

Complaints only; nothing is mended.
"""

from collections.abc import Iterator, Mapping, Sequence

from app.law import relations
from app.law.calendars import Calendar
from app.law.checking.complaints import Checking, is_number, used_parameters
from app.law.checking.following import looked_at_twice, unsound_flags
from app.law.checking.holes import known_day, provision_holes, question_holes
from app.law.errors import Fault, Place
from app.law.facts import FactDefinition
from app.law.provision import CalendarName, Condition, Parameter, ParameterName, Provision
from app.law.questions import STATED_OUTCOMES, Edition, Question
from app.law.reading.names import is_beginning
from app.law.running_text import gaps, written_out
from app.law.uses import Uses


class _Check(Checking):
    def run(self) -> None:
        self.check_editions()
        self.check_names()
        self.check_uses()
        self.check_cycles(
            {
                f.name: [a for a in f.computed.fact_names if a in self.facts]
                for f in self.facts.values()
                if f.computed
            },
            "the computed facts use each other in a circle",
        )
        for fact in self.facts.values():
            self.check_fact(fact)
        for question in self.questions.values():
            self.check_question(question)
        enacted: list[Provision | Calendar] = [*self.provisions.values(), *self.calendars.values()]
        for newer in enacted:
            self.check_superseded(newer)
        for provision in self.provisions.values():
            self.check_provision(provision)

    # --- names ---

    def check_editions(self) -> None:
        if sum(edition.is_default for edition in self.editions.values()) != 1:
            self.note(
                Place(f"{self.folder}/editions.yaml", 1), "exactly one edition is the default"
            )

    def check_names(self) -> None:
        names = sorted((*self.facts, *self.questions))
        for shorter in names:
            for longer in names:
                if is_beginning(shorter, longer):
                    place = (
                        self.facts[longer].place
                        if longer in self.facts
                        else self.questions[longer].places.start
                    )
                    self.note(
                        place,
                        f"{longer} begins with the name {shorter}, which is a fact or question "
                        "itself",
                    )
        for both in set(self.facts) & set(self.questions):
            self.note(
                self.facts[both].place, f"{both} is a question; a fact must have another name"
            )

    def check_uses(self) -> None:
        """How questions look at each other, by name and through flags."""
        uses = Uses.of(self.questions, self.provisions.values(), self.facts)
        before = len(self.found)
        self.check_cycles(
            {id: uses.of_one(id) for id in self.questions},
            "the questions use each other in a circle",
        )
        for fact, complaint in unsound_flags(self.facts, self.questions):
            self.note(fact.place, complaint)
        if len(self.found) == before:
            for flag, question in looked_at_twice(self.facts, self.questions, uses):
                complaint = (
                    f"{question} looks at {flag.follows_from} by name, so {flag.name} cannot "
                )
                self.note(flag.place, complaint + "follow from it there")

    def check_cycles(self, uses: Mapping[str, Sequence[str]], complaint: str) -> None:
        state: dict[str, int] = {}

        def visit(name: str, trail: tuple[str, ...]) -> None:
            if state.get(name) == 1:
                place = (
                    self.questions[name].places.start
                    if name in self.questions
                    else self.facts[name].place
                )
                self.note(place, f"{complaint}: {' → '.join((*trail[trail.index(name) :], name))}")
            if state.get(name):
                return
            state[name] = 1
            for used in uses.get(name, []):
                visit(used, (*trail, name))
            state[name] = 2

        for name in uses:
            visit(name, ())

    # --- facts ---

    def check_fact(self, fact: FactDefinition) -> None:
        for told in fact.says.values():
            for sentence in (told.met, told.not_met):
                self.check_sentence(sentence, {"value", "required", "last_day"}, fact.place)
        for clause in fact.clauses.values():
            if set(clause.names) - {"value"}:
                self.note(fact.place, f"the `if` of {fact.name} can name its {{value}} only")
        if fact.presumed is not None:
            self.check_value(fact, fact.presumed.value, fact.place)
        for complaint in relations.unsound(fact, self.facts):
            self.note(fact.place, f"{fact.name}: {complaint}")
        if fact.computed is not None:
            gives = self.check_computation(fact.computed, fact.place, {}, concludes=False)
            if gives not in (None, fact.type) and not (gives == "number" and is_number(fact.type)):
                self.note(
                    fact.place,
                    f"{fact.computed.function} gives {gives}, but {fact.name} is of type "
                    f"{fact.type}",
                )

    # --- questions ---

    def check_question(self, question: Question) -> None:
        places = question.places
        governing = self.facts.get(question.governed_by or "")
        if question.governed_by and (
            governing is None or "day" not in governing.kind.fits or governing.computed
        ):
            complaint = (
                f"{question.id} must be governed by a stated fact of type day, which "
                f"{question.governed_by} is not"
            )
            self.note(places.of("governed_by"), complaint)
        for name in question.leads_by:
            if name not in question.concludes or question.concludes[name].type != "day":
                self.note(
                    places.of("leads_by"),
                    f"{question.id} cannot lead by {name}: it is not a day that the question "
                    "concludes",
                )
        for outcome, concludes in question.outcome_concludes.items():
            self.check_concludes(concludes, question, {}, places, ("on", outcome, "concludes"))
        for steps in question.outcome_next_steps.values():
            self.check_steps(steps, ())
        if not any(
            p.answers == question.id and p.effect == "grants" for p in self.provisions.values()
        ):
            self.note(places.start, f"no provision grants anything for {question.id}")
        for told in question.as_fact.values():
            for sentence in (told.met, told.not_met):
                self.check_sentence(sentence, {"value", "required"}, places.of("as_fact"))
        for outcome, sentence in question.says.items():
            self.check_sentence(sentence, set(question.concludes), places.of("says", outcome))
        for said, name in question_holes(question):
            complaint = f"{{{name}}} may be unknown; give {said} a sentence under `briefly`"
            self.note(places.of("says", said), complaint)

    # --- provisions ---

    def check_superseded(self, newer: Provision | Calendar) -> None:
        others: Mapping[str, Provision | Calendar] = (
            self.provisions if isinstance(newer, Provision) else self.calendars
        )
        for id in newer.supersedes:
            older = others.get(id)
            if older is None or older is newer:
                self.note(
                    newer.places.of("supersedes"),
                    f"{newer.id} supersedes {id}, which does not exist",
                )
            elif newer.in_force.first <= older.in_force.first:
                self.note(
                    newer.places.of("in_force"),
                    f"{newer.id} must come into force after {id}, which it supersedes",
                )
            elif newer.enacted < older.enacted:
                self.note(
                    newer.places.of("enacted"),
                    f"{newer.id} was enacted before {id}, which it supersedes",
                )
        for edition in self.editions.values():
            cut = edition.enacted_through
            rivals = [
                n
                for n in others.values()
                if newer.id in n.supersedes
                and n.id != newer.id
                and (cut is None or n.enacted <= cut)
            ]
            for rival in rivals[1:]:
                if rival.in_force.first != rivals[0].in_force.first:
                    self.note(
                        rival.places.of("supersedes"),
                        f"{rival.id} supersedes {newer.id}, which {rivals[0].id} supersedes on "
                        "another day",
                    )

    def check_provision(self, provision: Provision) -> None:
        places, question = provision.places, self.questions.get(provision.answers)
        if question is None:
            self.note(provision.question_place, f"there is no question {provision.answers}")
        else:
            self.check_concludes(
                provision.concludes, question, provision.parameters, places, ("concludes",)
            )
            self.check_concludes(
                provision.informs, question, provision.parameters, places, ("informs",)
            )
        self.check_deadlines(provision)
        self.check_curable(provision)
        self.check_steps(provision.next_steps, provision.parameters)
        for step in provision.next_steps:
            for name in (*step.unless_failed, *step.if_failed):
                if name not in {c.id for c in provision.conditions}:
                    self.note(step.place, f"{provision.id} has no condition {name}")
            if step.path is not None and (not step.path or step.path not in provision.paths):
                self.note(step.place, f"{provision.id} has no path {step.path}")
        names, caution = set(provision.parameters), provision.caution
        if caution is not None:
            self.check_sentence(caution, names, places.of("caution"))
        for condition in provision.conditions:
            self.check_condition(provision, condition)
            for key, sentence in (("met", condition.met), ("not_met", condition.not_met)):
                self.check_sentence(
                    sentence, {"value", "required", "last_day", *names}, condition.places.of(key)
                )
        for parameter in provision.parameters.values():
            self.check_parameter(provision, parameter)
        self.check_numbers(provision)
        governing = known_day(question, self.provisions, self.questions)
        for saying, name in provision_holes(provision, self.facts, governing):
            self.note(
                places.of("caution") if saying is None else saying.places.start,
                f"{{{name}}} may be unknown where this is said, since it is not what is tested",
            )

    def check_numbers(self, provision: Provision) -> None:
        """Texts name the numbers of the law by their parameters: written out, they would be false
        from the day on which the parameter takes its second value.
        """
        places = provision.places
        running = {"gist": provision.gist, "reading": provision.reading or ""}
        for key, text in running.items():
            for name in gaps(text):
                if name not in provision.parameters:
                    self.note(places.of(key), f"there is no parameter {name}, which {key} names")
        said = [(places.of(key), text) for key, text in running.items()]
        said += [(places.of("caution"), str(provision.caution or ""))]
        said += [
            (c.places.of(key), str(sentence))
            for c in provision.conditions
            for key, sentence in (("met", c.met), ("not_met", c.not_met))
        ]
        said += [(step.place, str(step.says)) for step in provision.next_steps]
        said += [(each.place, f"{each.do} {each.why or ''}") for each in provision.deadlines]
        for name, parameter in provision.parameters.items():
            for place, text in said:
                for value in parameter.values:
                    found = written_out(text, value.value)
                    if found is not None:
                        self.note(place, f"{found} is the value of {name}; write {{{name}}}")

    def check_parameter(self, provision: Provision, parameter: Parameter) -> None:
        for edition in self.editions.values():
            cut = edition.enacted_through
            if cut is not None and provision.enacted > cut:
                continue
            if parameter.dated_value_on(provision.in_force.first, cut) is None:
                self.note(
                    provision.places.of("parameters", parameter.name),
                    f"the parameter {parameter.name} has no value on {provision.in_force.first}",
                )
        if parameter.name not in used_parameters(provision):
            self.note(
                provision.places.of("parameters", parameter.name),
                f"nobody uses the parameter {parameter.name}",
            )

    def check_condition(self, provision: Provision, condition: Condition) -> None:
        place = condition.places.of(condition.operator)
        if (
            " ".join(condition.words.split()).lower()
            not in " ".join(provision.gist.split()).lower()
        ):
            self.note(
                condition.places.of("words"),
                f"the words of {condition.id} do not stand in the gist",
            )
        if condition.fact in self.questions:
            fact = FactDefinition(
                condition.fact, "outcome", choices={o: o for o in STATED_OUTCOMES}
            )
        elif condition.fact in self.facts:
            fact = self.facts[condition.fact]
        else:
            self.note(condition.places.of("fact"), f"nobody defined the fact {condition.fact}")
            return
        if condition.operator not in fact.kind.operators:
            accepted = ", ".join(sorted(fact.kind.operators))
            self.note(
                place,
                f"a {fact.type} such as {fact.name} does not accept {condition.operator}; it "
                f"accepts {accepted}",
            )
            return
        if isinstance(condition.operand, ParameterName):
            place = provision.places.of("parameters", condition.operand.name)
        for value in self.operands(provision, condition, fact):
            self.check_value(fact, value, place)
        self.check_limit(provision, condition, fact)

    def operands(
        self, provision: Provision, condition: Condition, fact: FactDefinition
    ) -> Iterator[object]:
        operand, place = condition.operand, condition.places.of(condition.operator)
        if isinstance(operand, ParameterName):
            if operand.name in provision.parameters:
                yield from (dated.value for dated in provision.parameters[operand.name].values)
            else:
                self.note(place, f"there is no parameter {operand.name} here")
        elif isinstance(operand, CalendarName):
            self.check_calendar(provision, condition, operand, fact)
        elif isinstance(operand, tuple):
            pairs = [member for member in operand if isinstance(member, tuple)]
            wanted = {"within": len(operand), "one_of": 0}.get(condition.operator)
            if wanted is None or len(pairs) != wanted:
                self.note(place, f"{condition.operator} does not take such a list")
                return
            for member in operand:
                yield from member if isinstance(member, tuple) else (member,)
            if any(
                fact.code(low) > fact.code(high)
                for low, high in pairs
                if {type(low), type(high)} <= fact.kind.python_types
            ):
                self.note(place, "a range ends before it starts")
        elif condition.operator in ("within", "one_of"):
            self.note(place, f"{condition.operator} takes a list")
        else:
            yield operand

    def check_calendar(
        self,
        provision: Provision,
        condition: Condition,
        operand: CalendarName,
        fact: FactDefinition,
    ) -> None:
        calendar, place = self.calendars.get(operand.id), condition.places.of(condition.operator)
        if calendar is None:
            self.note(place, f"there is no calendar {operand.id}")
        elif condition.operator != "within" or "day" not in fact.kind.fits:
            self.note(place, "a calendar is compared with a day by `within`")
        elif calendar.enacted > provision.enacted:
            self.note(place, f"{operand.id} was enacted after the provision that uses it")


def check(
    provisions: Mapping[str, Provision],
    facts: Mapping[str, FactDefinition],
    questions: Mapping[str, Question],
    calendars: Mapping[str, Calendar],
    editions: Mapping[str, Edition],
    folder: str,
) -> list[Fault]:
    """Every complaint about how the files fit together."""
    checking = _Check(provisions, facts, questions, calendars, editions, folder)
    checking.run()
    return checking.found
