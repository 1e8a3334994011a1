"""Who may take a step on a waiver request, beside the permission that its address needs."""

from collections.abc import Callable, Mapping

from app.access.principal import Principal
from app.records.waivers.waiver_requests import WaiverRequest
from app.waivers.states import LEADING, By, State, Step

Rule = Callable[[Principal, WaiverRequest, frozenset[str]], str | None]
"""Why a step is not somebody's, as a sentence; none where it is theirs."""
ENTERED_IT = "You entered this request, so another reviewer reviews it."
RECUSED = "You recused yourself from this request."


PAPER_NAME = "paper-"
"""What precedes the place of a paper where its name stands among the texts of a step."""
SHARED_WORDS = frozenset(
    {
        ("receive", "carrier"),
        ("receive", "representative"),
        ("receive", "authority"),
        ("withdraw", "note"),
    }
)
"""The words of a step that all who see the request may read, beside the names of papers; the Office
alone reads the others.
"""


class NotTheirs(Exception):
    """A step is not this caller's; *because* says why, *permission* names one that is missing."""

    def __init__(self, because: str, permission: str | None = None) -> None:
        self.because, self.permission = because, permission
        super().__init__(because)


def may_take(step: Step, request: WaiverRequest, by: Principal, recused: frozenset[str]) -> None:
    """Return where somebody may take a step.

    Raises:
        NotTheirs: the step is not theirs.
    """
    if by.actor in recused:
        raise NotTheirs(RECUSED)
    needed = NEEDED.get(step.by)
    if needed is not None and not by.may(needed):
        raise NotTheirs(f"This step needs the permission {needed}.", needed)
    if (because := _RULES[step.by](by, request, recused)) is not None:
        raise NotTheirs(because)


def steps_for(request: WaiverRequest, by: Principal, recused: frozenset[str]) -> list[str]:
    """The steps that somebody may take on a request now."""
    state, mine = State(request.state), []
    for name, step in LEADING.items():
        if state not in step.frm:
            continue
        try:
            may_take(step, request, by, recused)
        except NotTheirs:
            continue
        mine.append(name)
    return mine


def may_review(request: WaiverRequest, actor: str, recused: frozenset[str]) -> str | None:
    """Why an actor may not review a request; none where they may."""
    if actor == request.entered_by:
        return ENTERED_IT
    return RECUSED if actor in recused else None


def may_read_words(step: str, name: str, by: Principal) -> bool:
    """Whether somebody may read what was written at a step under a name. What the applicant wrote
    and what the Office writes about it, the Office alone reads: no other office, no auditor.
    """
    is_shared = name.startswith(PAPER_NAME) or (step, name) in SHARED_WORDS
    return is_shared or by.may("waivers.decide")


def belongs_to(request: WaiverRequest, by: Principal) -> bool:
    """Whether a request is of somebody's organization: entered there, or naming its denial."""
    return by.organization is not None and by.organization in (
        request.organization,
        request.denial_organization,
    )


def is_carrier_of(request: WaiverRequest, by: Principal) -> bool:
    """Whether somebody belongs to the carrier that a request names, or whose denial it names."""
    return by.organization is not None and by.organization in (
        request.carrier,
        request.denial_organization,
    )


def _anybody(by: Principal, request: WaiverRequest, recused: frozenset[str]) -> str | None:
    return None


def _writer(by: Principal, request: WaiverRequest, recused: frozenset[str]) -> str | None:
    if by.may("waivers.decide") or belongs_to(request, by):
        return None
    return "This step is for the office that entered the request, and for the reviewers."


def _reviewer(by: Principal, request: WaiverRequest, recused: frozenset[str]) -> str | None:
    return may_review(request, by.actor, recused)


def _claimer(by: Principal, request: WaiverRequest, recused: frozenset[str]) -> str | None:
    if request.claimed_by != by.actor:
        return "Another reviewer claimed this request."
    return may_review(request, by.actor, recused)


def _claimer_or_assigner(
    by: Principal, request: WaiverRequest, recused: frozenset[str]
) -> str | None:
    if by.may("waivers.assign") or request.claimed_by == by.actor:
        return None
    return "Another reviewer claimed this request."


def _writer_or_carrier(
    by: Principal, request: WaiverRequest, recused: frozenset[str]
) -> str | None:
    is_writer = by.may("waivers.write") and _writer(by, request, recused) is None
    if is_writer or is_carrier_of(request, by):
        return None
    return "This step is for the worker, the Office or the carrier that the request names."


def _service(by: Principal, request: WaiverRequest, recused: frozenset[str]) -> str | None:
    return None if by.actor == SERVICE.actor else "The service takes this step by itself."


NEEDED: Mapping[By, str] = {
    By.WRITER: "waivers.write",
    By.OFFICE: "waivers.decide",
    By.REVIEWER: "waivers.decide",
    By.CLAIMER: "waivers.decide",
    By.ASSIGNER: "waivers.assign",
    By.CLAIMER_OR_ASSIGNER: "waivers.decide",
    By.WRITER_OR_CARRIER: "waivers.read",
    By.SECOND_PERSON: "waivers.correct",
}
"""The permission that each kind of step needs; the service's own needs none."""
_RULES: Mapping[By, Rule] = {
    By.WRITER: _writer,
    By.OFFICE: _anybody,
    By.REVIEWER: _reviewer,
    By.CLAIMER: _claimer,
    By.ASSIGNER: _anybody,
    By.CLAIMER_OR_ASSIGNER: _claimer_or_assigner,
    By.WRITER_OR_CARRIER: _writer_or_carrier,
    By.SERVICE: _service,
    By.SECOND_PERSON: _reviewer,
}
SERVICE = Principal("service", "service", frozenset({"waivers.decide"}))
"""The service itself, where it takes a step because a day has passed."""
