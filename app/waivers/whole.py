"""What the steps of a request come to: its denial, papers and facts, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.waivers.states import RECEIVE

NOTICE, STATEMENT = "denial_notice", "sworn_statement"
PAPERS: Mapping[str, str] = {
    "form": "the form",
    NOTICE: "the notice of the denial",
    STATEMENT: "the sworn statement",
    "proof": "proof",
    "authority": "the authority of a representative",
    "other": "another paper",
}
"""The kinds of papers and their names. A statement may be sworn on the form: what counts is the day
on which it was signed.
"""

EXACTLY: Mapping[str, str] = {
    "form_signature": "form",
    "form_answers": "form",
    "notice_day": NOTICE,
    "statement_day": STATEMENT,
    "proof_of_reason": "proof",
    "proof_of_end": "proof",
    "proof_of_learning": "proof",
    "proof_of_offers": "proof",
    "proof_of_subsidy": "proof",
    "authority_signature": "authority",
}
"""What exactly can be missing, as the letter to the applicant says it: its code, and the kind of
paper that it is about.
"""


@dataclass(frozen=True, slots=True)
class WholeRequest:
    """A request with what its steps say. *papers* are as the steps hold them; *asked_for* are the
    kinds that the Office still waits for; *texts* refer to personal texts by name.
    """

    request: WaiverRequest
    steps: Sequence[WaiverStep]
    first: Mapping[str, Any]
    facts: Mapping[str, Any]
    papers: Sequence[Mapping[str, Any]]
    denial_received_on: date | None
    sworn_on: date | None
    asked_for: tuple[str, ...]

    @property
    def has_notice(self) -> bool:
        """Whether the denial is known: this service made it, or its notice is here."""
        return self.request.denial is not None or NOTICE in _kinds(self.papers)

    @property
    def is_sworn(self) -> bool:
        """Whether the certification is here. A statement counts only with its day of signature."""
        return self.sworn_on is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """The kinds of papers that are missing: what each request needs, and what the Office asked
        for.
        """
        needed = [] if self.has_notice else [NOTICE]
        needed += [] if self.is_sworn else [STATEMENT]
        return tuple(dict.fromkeys((*needed, *self.asked_for)))

    @property
    def complete_at_first(self) -> date:
        """The first day on which the request could be complete: when it had come, was sworn, and
        the notice of the denial was there. What the Office asked for is not looked at.
        """
        days = [self.request.received_on]
        if self.request.denial is None:
            days += self._first_day(NOTICE)
        days += [] if self.sworn_on is None else [self.sworn_on]
        return max(days)

    def _first_day(self, kind: str) -> list[date]:
        came = [paper["received_on"] for paper in self.papers if paper["kind"] == kind]
        return [date.fromisoformat(min(came))] if came else []


def whole(request: WaiverRequest, steps: Sequence[WaiverStep]) -> WholeRequest:
    """The request that these steps come to."""
    first = steps[0].content
    assert steps[0].step == RECEIVE
    papers: list[Mapping[str, Any]] = []
    denial_received_on, sworn_on = first["denial"].get("received_on"), None
    asked_for: dict[str, None] = {}
    for step in steps:
        content = step.content
        denial_received_on = content.get("denial_received_on", denial_received_on)
        sworn_on = content.get("sworn_on", sworn_on)
        asked_for |= dict.fromkeys(content.get("missing", ()))
        came = content.get("papers", ())
        papers += came
        came_in = {*_kinds(came), *((STATEMENT,) if "sworn_on" in content else ())}
        asked_for = {kind: None for kind in asked_for if kind not in came_in}
    return WholeRequest(
        request,
        steps,
        first,
        first.get("facts", {}),
        papers,
        _day(denial_received_on),
        _day(sworn_on),
        tuple(asked_for),
    )


def _kinds(papers: Iterable[Mapping[str, Any]]) -> set[str]:
    return {paper["kind"] for paper in papers}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
