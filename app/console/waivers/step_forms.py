"""The form of each step: the fields of its schema, in the order in which people fill them in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from app.api.http.service import current_service
from app.api.people.current import people
from app.api.waivers import after_decision, waiver_steps
from app.api.waivers.answers import WaiverRequestAnswer
from app.api.waivers.asked.decision_schemas import CorrectionSchema, DaySchema
from app.api.waivers.asked.waiver_schemas import (
    NAME_AT_MOST,
    AddPapersSchema,
    AskForMissingSchema,
    CompleteSchema,
    ReassignSchema,
    RecuseSchema,
    StepNoteSchema,
    WithdrawSchema,
)
from app.console.forms import Entry, PageForm
from app.console.waivers.desk_words import MISSING, PAPERS, SAID_BY, STATES

Step = Callable[..., Response]
BECAUSE_HINT = "The Office alone reads it."
ALL_READ_HINT = "The office that entered the request reads it too."
WITHDRAWN_HINT = f"Where somebody else said so, write who it was, too. {ALL_READ_HINT}"
CORRECTION_HINT = "The second person reads it. No names of applicants."
SWORN_HINT = (
    "The certification under the penalty of perjury, if it came now. It counts only with its day."
)
EXACTLY_HINT = "The letter to the applicant says it in these words. You may leave it out."
NOTE_HINT = f"{BECAUSE_HINT} It stands in no letter."
LEFT_OUT = "who entered the request or recused themselves does not review it"
FILE_HINT = "A PDF, PNG or JPEG of at most 10 MB. You may leave it out."


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step on pages: its fields for a request, the function behind `/v1` that takes it, and what
    the button says; *explains* stands before the fields.
    """

    fields: Callable[[WaiverRequestAnswer], PageForm]
    take: Step
    button: str
    explains: str = ""


def _because(told: WaiverRequestAnswer) -> PageForm:
    asks = "Reason, if there is one to tell"
    return PageForm(StepNoteSchema(), [Entry("because", asks, "words", BECAUSE_HINT)])


def _recuse(told: WaiverRequestAnswer) -> PageForm:
    hint = f"For example, that you know the person. {BECAUSE_HINT}"
    return PageForm(RecuseSchema(), [Entry("because", "Why?", "words", hint)])


def paper_entries(number: int = 0) -> list[Entry]:
    """The fields of one paper."""
    place = f"papers.{number}"
    return [
        Entry(f"{place}.kind", "Which paper came?", "choice", options=list(PAPERS.items())),
        Entry(f"{place}.received_on", "On which day did it come?", "date"),
        Entry(f"{place}.file", "File", "file", FILE_HINT),
    ]


def file_names() -> dict[str, Any]:
    """The name of the file that the present request sends with a paper, as a body has it."""
    sent = request.files.get("papers.0.file")
    name = "" if sent is None else str(sent.filename or "").replace("\\", "/").rpartition("/")[2]
    return {"papers": [{"name": name[-NAME_AT_MOST:]}]} if name.strip() else {}


def _sworn() -> Entry:
    return Entry("sworn.signed_on", "On which day was the statement signed?", "date", SWORN_HINT)


def _add_paper(told: WaiverRequestAnswer) -> PageForm:
    entries = [*paper_entries(), _sworn()]
    if told.denial.received_on is None:
        asks = "On which day did the applicant receive the denial, if you know it now?"
        entries.append(Entry("denial_received_on", asks, "date"))
    return PageForm(AddPapersSchema(), entries)


def _complete(told: WaiverRequestAnswer) -> PageForm:
    on = Entry("on", "On which day did the Office have everything?", "date")
    return PageForm(CompleteSchema(), [on, *paper_entries(), _sworn()])


def _ask_for_missing(told: WaiverRequestAnswer) -> PageForm:
    missing = Entry("missing", "What is missing?", "checks", options=list(PAPERS.items()))
    missing.checked = tuple(told.missing)
    return PageForm(
        AskForMissingSchema(),
        [
            missing,
            Entry(
                "exactly", "What exactly is missing?", "checks", EXACTLY_HINT, list(MISSING.items())
            ),
            Entry("remind_on", "On which day do you want to look again?", "date"),
            Entry("note", "Note about it, for the Office", "words", NOTE_HINT),
        ],
    )


def _withdraw(told: WaiverRequestAnswer) -> PageForm:
    return PageForm(
        WithdrawSchema(),
        [
            Entry("said_by", "Who said so?", "radio", options=list(SAID_BY.items())),
            Entry("said_on", "On which day?", "date"),
            Entry("note", "What they said", "words", WITHDRAWN_HINT),
        ],
    )


def _approval(told: WaiverRequestAnswer) -> PageForm:
    asks = "On which day did the applicant receive the approval?"
    return PageForm(DaySchema(), [Entry("on", asks, "date")])


def _carrier_told(told: WaiverRequestAnswer) -> PageForm:
    asks = "On which day was the carrier told about the approval?"
    return PageForm(DaySchema(), [Entry("on", asks, "date")])


def reviewers() -> list[tuple[str, str]]:
    """The people who may review requests, as actors and by their sign-in names."""
    roles, found, after = current_service().authenticator.roles, [], None
    while page := people().accounts.page(after, 200):
        after = page[-1].id
        found += [
            (f"account:{each.id}", each.name)
            for each in page
            if not each.is_disabled and "waivers.decide" in roles[each.role].permissions
        ]
    return sorted(found, key=lambda each: each[1])


def _reassign(told: WaiverRequestAnswer) -> PageForm:
    recused = current_service().desk.recused(told.id)
    others = [each for each in reviewers() if each[0] != told.claimed_by]
    options = [each for each in others if each[0] not in {*recused, told.entered_by}]
    left_out = [name for actor, name in others if actor in {*recused, told.entered_by}]
    hint = f"Not {', '.join(left_out)}: {LEFT_OUT}." if left_out else ""
    return PageForm(
        ReassignSchema(),
        [
            Entry("to", "Which reviewer takes it over?", "choice", hint, options),
            Entry("because", "Reason, if there is one to tell", "words", BECAUSE_HINT),
        ],
    )


def _propose(told: WaiverRequestAnswer) -> PageForm:
    options = [(state, STATES[state]) for state in ("granted", "denied") if state != told.state]
    return PageForm(
        CorrectionSchema(),
        [
            Entry("to", "What is the right decision?", "radio", options=options),
            Entry("because", "What was wrong?", hint=CORRECTION_HINT),
        ],
    )


STEP_FORMS: Mapping[str, StepForm] = {
    "ask-for-missing": StepForm(_ask_for_missing, waiver_steps.ask_for_missing, "Record it"),
    "complete": StepForm(_complete, waiver_steps.complete, "Record it"),
    "claim": StepForm(_because, waiver_steps.claim, "Claim it"),
    "release": StepForm(_because, waiver_steps.release, "Give it back"),
    "recuse": StepForm(_recuse, waiver_steps.recuse, "Recuse yourself"),
    "reassign": StepForm(_reassign, waiver_steps.reassign, "Give it to them"),
    "withdraw": StepForm(_withdraw, waiver_steps.withdraw, "Record it"),
    "add-paper": StepForm(_add_paper, waiver_steps.add_paper, "Add it"),
    "approval-received": StepForm(_approval, after_decision.approval_received, "Record it"),
    "carrier-told": StepForm(_carrier_told, after_decision.carrier_told, "Record it"),
    "correct": StepForm(
        _propose,
        after_decision.correct,
        "Propose it",
        "A second person, who did not take the decision, approves it within seven days. Until then "
        "the decision stands. Both letters stay.",
    ),
}
"""The steps with a form of their own, by name."""
