"""What each decision on a waiver request needs before it can be taken at all: looked at where its
page opens, where it is previewed, and where it is taken.
"""

from app import clock
from app.access.principal import Principal
from app.api.http.answered.responses import Problem
from app.api.http.service import Service
from app.api.waivers.advice import advise
from app.api.waivers.asked.decision_schemas import DECISIONS
from app.api.waivers.other_ways import ways_in
from app.waivers.deciding import Advice
from app.waivers.who_may import steps_for
from app.waivers.whole import PAPERS, WholeRequest


def refused_now(service: Service, here: WholeRequest, step: str, advice: Advice) -> Problem | None:
    """Why a decision cannot be taken on a request as it stands; None where it can.

    Raises:
        RecordDamaged: the denial that it names is not as it was stored.
        EngineFault: the engine cannot be trusted with the case.
    """
    if step in ("grant", "deny") and here.missing:
        return _papers_missing(here, step)
    if step == "return" and advice.reviewable != "referred":
        return Problem(
            "advice-not-followed",
            "You can return a request only where the law leaves its review to the Office. Here the "
            f"law answers: {advice.answers[0]}",
        )
    if step == "not-needed" and not ways_in(service, here, clock.today()):
        return Problem(
            "advice-not-followed",
            "By the facts of the request the law opens no other way to enroll today.",
        )
    return None


def possible_now(
    service: Service, here: WholeRequest, by: Principal, recused: frozenset[str]
) -> list[str]:
    """The steps that somebody may take on a request now, without decisions that would be refused.

    Raises:
        RecordDamaged: the denial that it names is not as it was stored.
        EngineFault: the engine cannot be trusted with the case.
    """
    steps = steps_for(here.request, by, recused)
    if not set(steps) & set(DECISIONS):
        return steps
    try:
        advice = advise(service, here, by, keep=False).advice
    except Problem:  # each decision says what stands against its advice
        return steps
    return [
        step
        for step in steps
        if step not in DECISIONS or refused_now(service, here, step, advice) is None
    ]


def _papers_missing(here: WholeRequest, step: str) -> Problem:
    if step == "grant" and not here.has_notice:
        return Problem(
            "denial-notice-missing",
            "Add the denial notice first. This service made no denial that the request names.",
        )
    names = ", ".join(PAPERS[kind] for kind in here.missing)
    return Problem(
        "papers-missing",
        f"The request is not complete. Missing: {names}. Record them, or give the request back to "
        "the queue and ask for them.",
    )
