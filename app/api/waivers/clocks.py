"""The clocks of a waiver request. Each day comes from a determination; none is counted here."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.api.determinations.deciding import facts_refused
from app.api.http.answered.responses import Problem, Wrong
from app.api.http.service import Service
from app.determinations.cases.case import make_case, read_facts
from app.determinations.determination import Determination
from app.determinations.errors import FactsRefused
from app.determinations.several.several_events import decide_events
from app.determinations.telling.wording import as_json
from app.law.errors import LawNotEncoded
from app.law.facts import Computation
from app.law.functions import FUNCTIONS
from app.law.reading.names import walk
from app.law.relations import conflicts
from app.law.words import day_in_words
from app.waivers.whole import WholeRequest

REVIEWABLE, SUPPORTED, BINDING = "waiver.reviewable", "waiver.supported", "waiver.binding"
QUESTIONS = (REVIEWABLE, SUPPORTED, BINDING)
RECEIVED_ON, DENIAL_ON, APPROVAL_ON = (
    "waiver.received_on",
    "waiver.denial_received_on",
    "waiver.approval_received_on",
)
REASON = "waiver.reason"
OF_THE_REQUEST = (
    RECEIVED_ON,
    DENIAL_ON,
    REASON,
    "waiver.denied",
    "waiver.form_complete",
    "waiver.notice_attached",
    "waiver.sworn",
    "waiver.granted",
    APPROVAL_ON,
)
"""The facts that a request's own fields and steps say; nobody states them a second time."""
DECIDE_BY, LAST_DAY_TO_APPLY, TELL_BY = (
    "waiver.decide_by",
    "waiver.last_day_to_apply",
    "waiver.tell_carrier_by",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock: from which day it runs, none where that is not known yet, and its last day.

    *provision* says so; *moves* is whether by it a last day that is no business day moves on.
    """

    name: str
    starts_on: date | None
    last_day: date | None
    says: str
    provision: str | None = None
    moves: bool | None = None


def typed_facts_of_request(service: Service, given: Mapping[str, object]) -> dict[str, object]:
    """The facts of a new request under whole names, as JSON carries them.

    Raises:
        Problem: facts-refused; some are no facts of a waiver request, not of their type, or said by
            a field of the request.
    """
    names = [".".join(keys) for keys, _ in walk(given)]
    if said := [name for name in names if name in OF_THE_REQUEST]:
        raise Problem(
            "facts-refused",
            "Fields and steps of the request say these facts.",
            [
                Wrong("json", "Leave it out: a field or a step says it.", "/facts", fact=name)
                for name in said
            ],
        )
    known = {name for question in QUESTIONS for name in service.lawbook.known_facts(question)}
    if unknown := [name for name in names if name not in known]:
        raise Problem(
            "facts-refused",
            "Some are no facts of a waiver request.",
            [
                Wrong("json", "Is not a fact of a waiver request.", "/facts", fact=name)
                for name in unknown
            ],
        )
    read: dict[str, object] = {}
    try:
        for question in QUESTIONS:
            typed = read_facts(service.lawbook, question, _known(service, question, given))
            read |= {name: as_json(value) for name, value in typed.items()}
    except FactsRefused as error:
        raise facts_refused(error, given) from None
    return dict(sorted(read.items()))


def facts_for(service: Service, question: str, here: WholeRequest) -> dict[str, object]:
    """The facts of a question that a request says, as JSON carries them."""
    request = here.request
    said: dict[str, object] = {
        **here.facts,
        RECEIVED_ON: request.received_on.isoformat(),
        "waiver.denied": True,
        "waiver.form_complete": not here.missing,
        "waiver.notice_attached": here.has_notice,
        "waiver.sworn": here.is_sworn,
        REASON: here.first["reason"],
    }
    if here.denial_received_on is not None:
        said[DENIAL_ON] = here.denial_received_on.isoformat()
    if request.state == "granted":
        said["waiver.granted"] = True
    if request.approval_received_on is not None:
        said[APPROVAL_ON] = request.approval_received_on.isoformat()
    return _known(service, question, said)


def require_consistent(service: Service, here: WholeRequest) -> None:
    """Refuse what a request says where it cannot be so together, such as a denial received after
    the request.

    Raises:
        Problem: facts-contradict, facts-refused.
    """
    for question in (REVIEWABLE, SUPPORTED):
        facts = facts_for(service, question, here)
        try:
            read_facts(service.lawbook, question, facts)
        except FactsRefused as error:
            raise facts_refused(error, facts) from None


def conflicts_of(service: Service, here: WholeRequest) -> list[str]:
    """What a request states that cannot be right together, as sentences, each once. The advice
    counts none of these statements.
    """
    found: dict[str, None] = {}
    for question in (REVIEWABLE, SUPPORTED):
        known = service.lawbook.known_facts(question)
        with suppress(FactsRefused):  # entering a request refuses such facts
            stated = read_facts(service.lawbook, question, facts_for(service, question, here))
            found |= dict.fromkeys(each.says for each in conflicts(known, stated))
    return list(found)


def decided(
    service: Service, question: str, facts: Mapping[str, object], as_of: date, today: date
) -> Determination | None:
    """The determination on a question, not stored; none where the law of that day is not encoded,
    or takes a fact no longer that an earlier law took.

    Raises:
        EngineFault: the engine cannot be trusted with the case.
    """
    law = service.lawbook
    try:
        typed = read_facts(law, question, facts)
    except FactsRefused:
        return None
    governed = law.question(question).governed_by in typed
    case = make_case(
        law, question, typed, None if governed else as_of, service.edition, today, False
    )
    try:
        return decide_events(service.decider, case)
    except LawNotEncoded:
        return None


def day_to_decide_by(service: Service, complete_on: date, today: date) -> date | None:
    """The day by which the Office decides a request that was complete on a day.

    Raises:
        EngineFault: the engine cannot be trusted with the case.
    """
    facts = {RECEIVED_ON: complete_on.isoformat()}
    return _concluded(decided(service, SUPPORTED, facts, complete_on, today), DECIDE_BY)


def day_to_tell_carrier_by(
    service: Service, approval_received_on: date, today: date
) -> date | None:
    """The last day on which the holder of a waiver tells the carrier.

    Raises:
        EngineFault: the engine cannot be trusted with the case.
    """
    facts = {"waiver.granted": True, APPROVAL_ON: approval_received_on.isoformat()}
    return _concluded(decided(service, BINDING, facts, approval_received_on, today), TELL_BY)


def clocks(service: Service, here: WholeRequest, today: date) -> Iterator[Clock]:
    """The clocks of a request, those whose first day is not known yet too.

    Raises:
        EngineFault: the engine cannot be trusted with the case.
    """
    request = here.request
    yield _by_law(service, _asking(service, here, today), REVIEWABLE, LAST_DAY_TO_APPLY)
    decide = _clock(
        "decide",
        request.complete_on,
        request.decide_by,
        "The Office of Patient Protection has to answer by {day}.",
        "The day by which the Office answers: not known while the request is incomplete.",
    )
    yield _by_law(service, decide, REVIEWABLE, DECIDE_BY)
    if request.state != "granted":
        return
    tell = _clock(
        "tell_carrier",
        request.approval_received_on,
        request.tell_carrier_by,
        "The applicant tells the carrier by {day}.",
        "The last day to tell the carrier: not known until receipt of the approval is.",
    )
    yield _by_law(service, tell, BINDING, TELL_BY)
    if request.approval_received_on is None:
        return
    found = decided(
        service, BINDING, facts_for(service, BINDING, here), request.approval_received_on, today
    )
    for deadline in found.deadlines if found is not None else ():
        if deadline.on != request.tell_carrier_by:
            on, says, provision = deadline.on, deadline.do, deadline.provision
            yield Clock("choose", request.approval_received_on, on, says, provision)


def last_day_to_ask(service: Service, here: WholeRequest, today: date) -> date | None:
    """The last day on which the Office can receive a request after this denial; none while its
    receipt is not known.

    Raises:
        EngineFault: the engine cannot be trusted with the case.
    """
    facts = facts_for(service, REVIEWABLE, here)
    found = decided(service, REVIEWABLE, facts, here.request.received_on, today)
    return _concluded(found, LAST_DAY_TO_APPLY)


def _asking(service: Service, here: WholeRequest, today: date) -> Clock:
    return _clock(
        "ask",
        here.denial_received_on,
        last_day_to_ask(service, here, today),
        "The last day to ask the Office: {day}. The Office received the request on "
        f"{day_in_words(here.request.received_on)}.",
        "The last day to ask the Office: not known until receipt of the denial is.",
    )


def _by_law(service: Service, clock: Clock, question: str, name: str) -> Clock:
    """A clock with the provision in force that says by which day, and whether that day moves."""
    if clock.starts_on is None:
        return clock
    for provision in service.lawbook.in_force(clock.starts_on, service.edition, question):
        found = provision.concludes.get(name, provision.informs.get(name))
        if isinstance(found, Computation):
            moves = FUNCTIONS[found.function].counts_holidays
            return replace(clock, provision=provision.id, moves=moves)
    return clock


def _clock(
    name: str, starts_on: date | None, last_day: date | None, known: str, unknown: str
) -> Clock:
    if starts_on is None:
        return Clock(name, None, None, unknown)
    if last_day is None:
        return Clock(name, starts_on, None, "The law of that day is not encoded.")
    return Clock(name, starts_on, last_day, known.format(day=day_in_words(last_day)))


def _concluded(found: Determination | None, name: str) -> date | None:
    day = None if found is None else found.concludes.get(name)
    return day if isinstance(day, date) else None


def _known(service: Service, question: str, given: Mapping[str, object]) -> dict[str, Any]:
    """The facts of a question among those given, under whole names."""
    known = service.lawbook.known_facts(question)
    flat = ((".".join(keys), value) for keys, value in walk(given))
    return {name: value for name, value in flat if name in known}
