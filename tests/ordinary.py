"""An ordinary applicant, as callers send one: no bar applies, and the calendar decides."""

from typing import Any

PERSON: dict[str, Any] = {
    "applicant": {"resident": True, "has_medicare": False},
    "employer_plan": {"available": False},
    "prior_coverage": {"ended": False},
    "waiver": {"granted": False},
}


def applying(day: str, **more: Any) -> dict[str, Any]:
    """The facts of an application to a carrier for an individual plan, without any event."""
    enrollment = {"requested_on": day, "product": "individual_plan", "channel": "carrier"}
    return {**PERSON, "enrollment": enrollment, **more}
