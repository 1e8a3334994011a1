"""In which other way the person of a waiver request can enroll today, by the law's own answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import orjson

from app.api.http.answered.responses import Problem, Wrong
from app.api.http.service import Service
from app.api.waivers.receiving import DENIED_QUESTION
from app.determinations.cases.case import make_case, read_facts
from app.determinations.errors import FactsRefused
from app.determinations.several.several_events import decide_events
from app.law.errors import LawNotEncoded, UnknownQuestion
from app.law.reading.names import walk
from app.records.verifying.chains import link
from app.waivers.whole import WholeRequest

CHANNEL, PRODUCT = "enrollment.channel", "enrollment.product"
CHANNELS = ("carrier", "connector")
"""Through whom people enroll. Each has ways of its own."""
NOT_AS_THEN = ("waiver.", "enrollment.")
"""Facts of the denied application and of waivers: they say nothing of an application today."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """A provision that lets the person enroll, and the last day for it, where the law names one."""

    provision: str
    title: str
    last_day: date | None = None


def ways_in(
    service: Service, here: WholeRequest, today: date, question: str = DENIED_QUESTION
) -> list[WayIn]:
    """The ways to which the law answers yes for this person today.

    Raises:
        RecordDamaged: the denial is not as it was stored.
        EngineFault: the engine cannot be trusted with the case.
        UnknownQuestion: there is no such question.
    """
    known = service.lawbook.known_facts(question)
    facts = {name: it for name, it in _facts(service, here).items() if name in known}
    governing = service.lawbook.question(question).governed_by
    if governing is not None:
        facts[governing] = today.isoformat()
    found: dict[str, WayIn] = {}
    for channel in CHANNELS if CHANNEL in known else (None,):
        asked = facts if channel is None else {**facts, CHANNEL: channel}
        found |= {way.provision: way for way in _ways(service, question, asked, today)}
    return list(found.values())


def require_way(
    service: Service, here: WholeRequest, way_in: Mapping[str, str], today: date
) -> WayIn:
    """The other way that a decision names.

    Raises:
        Problem: invalid-request; the law does not answer yes to it for this person today.
    """
    try:
        open_today = ways_in(service, here, today, way_in["question"])
    except UnknownQuestion:
        open_today = []
    for way in open_today:
        if way.provision == way_in["provision"]:
            return way
    sentence = "Must be a way to which the law answers yes for this person today."
    wrong = Wrong("json", sentence, "/way_in")
    raise Problem("invalid-request", "This way to enroll is not open today.", [wrong])


def _facts(service: Service, here: WholeRequest) -> dict[str, object]:
    """What is known of the person: from the application that was denied, then from the request."""
    known: dict[str, object] = {}
    if here.request.denial is not None:
        denial = link(service.store, here.request.denial)
        if denial is not None:
            asked = orjson.loads(denial.record.request).get("facts", {})
            known |= {".".join(keys): value for keys, value in walk(asked)}
    product = known.get(PRODUCT)
    known = {**known, **here.facts}
    kept = {name: it for name, it in known.items() if not name.startswith(NOT_AS_THEN)}
    return kept if product is None else {**kept, PRODUCT: product}


def _ways(
    service: Service, question: str, facts: Mapping[str, object], today: date
) -> Iterator[WayIn]:
    law = service.lawbook
    try:
        typed = read_facts(law, question, facts)
        governed = law.question(question).governed_by in typed
        case = make_case(
            law, question, typed, None if governed else today, service.edition, today, False
        )
        answer = decide_events(service.decider, case).answer()
    except (FactsRefused, LawNotEncoded):
        return
    if answer.outcome == "ineligible":
        return
    for reason in answer.reasons:
        if (reason.effect, reason.status) == ("grants", "applies"):
            days = [it.on for it in answer.deadlines if it.provision == reason.provision]
            yield WayIn(reason.provision, reason.title, min(days, default=None))
