"""A granted waiver, found by the reference of the applicant.

A waiver belongs to two pairs of organization and reference: that of its request, and that of the
denial which the request names. Under any other pair it is not there.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.determinations.cases.found import GRANTED, Found, Known
from app.instants import day_of
from app.law.facts import Value
from app.records.waivers.waiver_requests import WaiverRequest, WaiverRequests, WaiverStep
from app.waivers.corrections import DECISIONS
from app.waivers.states import State

APPROVAL, TOLD = "waiver.approval_received_on", "waiver.carrier_told_on"


class Held(NamedTuple):
    """A granted waiver: its request, the day of the decision, the day the carrier was told."""

    request: WaiverRequest
    decided_on: date
    carrier_told_on: date | None

    def facts(self, known: Known) -> dict[str, Value]:
        """What is known of it, as facts of a question."""
        days: Mapping[str, Any] = {
            GRANTED: True,
            APPROVAL: self.request.approval_received_on,
            TOLD: self.carrier_told_on,
        }
        return {name: value for name, value in days.items() if value is not None and name in known}


class WaiverSource:
    """Finds granted waivers. Safe to share between threads."""

    def __init__(self, requests: WaiverRequests) -> None:
        self._requests = requests

    def find(
        self,
        known: Known,
        subject: str,
        organization: str | None,
        stated: Mapping[str, Value],
        as_of: date,
    ) -> Found | None:
        """The granted waiver of a pair that a question with these *known* facts looks at; none
        where there is none, or the question looks at no waiver.

        Of several, one that agrees with what was *stated* goes before others; then the last that
        was decided by *as_of*, so that a waiver counts for the denial it was asked for and not for
        an earlier one.

        Raises:
            RecordDamaged: a request or a step of it is not as it was stored.
            RecordsUnavailable: the database is unavailable.
        """
        if GRANTED not in known:
            return None
        about = self._requests.counting_about(subject, organization)
        held = [self._held(each) for each in about if each.state == State.GRANTED]
        if not held:
            return None

        def place(each: Held) -> tuple[bool, bool, int]:
            facts, day = each.facts(known), each.decided_on
            agrees = all(stated.get(name, value) == value for name, value in facts.items())
            in_time = day <= as_of
            return agrees, in_time, day.toordinal() if in_time else -day.toordinal()

        best = max(held, key=place)
        return Found(best.request.id, best.decided_on, best.facts(known))

    def _held(self, request: WaiverRequest) -> Held:
        steps = self._requests.steps(request.id)
        return Held(request, decided_on(steps), carrier_told_on(steps))


def since_decision(steps: Sequence[WaiverStep]) -> Sequence[WaiverStep]:
    """The steps after the decision that stands."""
    decided = [n for n, step in enumerate(steps, 1) if step.step in DECISIONS]
    return steps[decided[-1] :] if decided else ()


def decided_on(steps: Sequence[WaiverStep]) -> date:
    """The day of the decision that stands, in Massachusetts: of a corrected one, of the
    correction.
    """
    return max(day_of(each.at) for each in steps if each.step in DECISIONS)


def carrier_told_on(steps: Sequence[WaiverStep]) -> date | None:
    """The day on which the carrier was told of the approval, as far as that is recorded since the
    decision that stands.
    """
    days = [step.content["on"] for step in since_decision(steps) if step.step == "carrier-told"]
    return date.fromisoformat(days[-1]) if days else None
