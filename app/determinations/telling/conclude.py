"""What a determination concludes beside its outcome: dates of coverage, deadlines, counts, the next
open period.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from app.determinations.facts.knowledge import Knowledge
from app.engine import Evaluation
from app.law.facts import Computation, Value
from app.law.provision import Conclusion, ParameterName
from app.law.questions import Outcome, Question
from app.law.spans import Span
from app.law.standing import StandingProvision, StandingQuestion

Concluded = dict[str, Value | Span]


def work_out(
    concludes: Mapping[str, Conclusion],
    question: Question,
    knowledge: Knowledge,
    parameters: Mapping[str, Value],
) -> Concluded:
    """The values of conclusions; those that rest on something unknown are left out."""
    found: Concluded = {}
    for name, conclusion in concludes.items():
        if isinstance(conclusion, Computation):
            value = knowledge.in_play.deriving.compute(conclusion, knowledge.values, parameters)
        elif isinstance(conclusion, ParameterName):
            value = parameters.get(conclusion.name)
        else:
            value = conclusion
        if value is not None:
            is_decimal = isinstance(value, int) and question.concludes[name].type == "decimal"
            found[name] = Decimal(cast(int, value)) if is_decimal else value
    return found


def of_provision(
    provision: StandingProvision, question: Question, knowledge: Knowledge
) -> Concluded:
    """What follows where a provision applies."""
    written = provision.provision.concludes
    return work_out(written, question, knowledge, provision.parameters) if written else {}


def leading(question: StandingQuestion, per_provision: Mapping[int, Concluded]) -> int | None:
    """Of several grants that apply, the one whose coverage starts first.

    By the order of the law where that is equal or open.
    """
    leads_by = question.question.leads_by
    if not leads_by or not per_provision:
        return None
    if len(per_provision) == 1:
        return next(iter(per_provision))

    def earliest(index: int) -> date:
        days = [per_provision[index].get(name) for name in leads_by]
        return next((day for day in days if isinstance(day, date)), date.max)

    return min(per_provision, key=earliest)


def concluded(
    question: StandingQuestion, outcome: Outcome, evaluation: Evaluation, knowledge: Knowledge
) -> tuple[Concluded, dict[int, Concluded], int | None]:
    """The conclusions of a determination, those of each provision that counts, and the provision
    that leads.
    """
    counting = {"eligible": "grants", "ineligible": "bars"}
    applying = [p for p in question.provisions if evaluation.applies >> p.index & 1]
    if outcome == "referred":  # nothing follows as if it were granted
        applying = []
    per_provision = {p.index: of_provision(p, question.question, knowledge) for p in applying}
    weighing = [p for p in applying if p.effect == counting.get(outcome)]
    grants = {p.index: per_provision[p.index] for p in weighing if p.effect == "grants"}
    leader = leading(question, grants)
    together: Concluded = {}
    for provision in weighing:
        if leader is None or provision.index == leader or provision.effect != "grants":
            for name, value in per_provision[provision.index].items():
                together.setdefault(name, value)
    further = [(p.provision.informs, p.parameters) for p in question.informing]
    further.append((question.question.outcome_concludes.get(outcome, {}), {}))
    for written, parameters in further:
        found = work_out(written, question.question, knowledge, parameters)
        for name, value in found.items():
            together.setdefault(name, value)
    return together, per_provision, leader
