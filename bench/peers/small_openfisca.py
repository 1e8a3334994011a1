"""The small rule as a tax and benefit system of OpenFisca: three variables with formulas over seven
that are given.
"""

from datetime import date
from typing import Any

import numpy
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERSON = build_entity("person", "persons", "A person", is_person=True)
PERIOD = "2011-01"
"""OpenFisca wants one for every value; here nothing depends on it."""
GIVEN: dict[str, type] = {
    "resident": bool,
    "employer_plan_open": bool,
    "applied_on": date,
    "waiver_granted": bool,
    "qualifying_event": bool,
    "coverage_lost": bool,
    "coverage_lost_on": date,
}


def _within(days: Any, first: str, last: str) -> Any:
    return (days >= numpy.datetime64(first)) & (days <= numpy.datetime64(last))


def _in_open_period(person: Any, period: Any) -> Any:
    applied = person("applied_on", period)
    months = applied.astype("datetime64[M]")
    month, day = months.astype(int) % 12 + 1, (applied - months).astype(int) + 1
    summer = (month == 7) | ((month == 8) & (day <= 15))
    return _within(applied, "2011-01-01", "2011-02-15") | summer


def _lost_recently(person: Any, period: Any) -> Any:
    since = person("applied_on", period) - person("coverage_lost_on", period)
    return person("coverage_lost", period) & (since <= numpy.timedelta64(63, "D"))


def _outcome(person: Any, period: Any) -> Any:
    enrolls = ("in_open_period", "waiver_granted", "qualifying_event", "lost_recently")
    tests = [
        ~person("resident", period),
        person("employer_plan_open", period),
        *[person(name, period) for name in enrolls],
    ]
    outcomes = ["ineligible"] * 2 + ["may enroll"] * len(enrolls)
    return numpy.select(tests, outcomes, default="denied").astype(object)


def system() -> TaxBenefitSystem:
    """The system with its variables."""
    made = TaxBenefitSystem([PERSON])
    variables: dict[str, dict[str, Any]] = {
        name: {"value_type": kind} for name, kind in GIVEN.items()
    } | {
        "in_open_period": {"value_type": bool, "formula": _in_open_period},
        "lost_recently": {"value_type": bool, "formula": _lost_recently},
        "outcome": {"value_type": str, "formula": _outcome},
    }
    for name, members in variables.items():
        members |= {"entity": PERSON, "definition_period": DateUnit.MONTH, "label": name}
        made.add_variable(type(name, (Variable,), members))
    return made
