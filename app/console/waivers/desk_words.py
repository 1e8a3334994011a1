"""What the pages of the desk call states, steps, papers and clocks."""

from app.console.guard import pages
from app.letters.template import template
from app.waivers.whole import EXACTLY
from app.waivers.whole import PAPERS as KINDS

STATES = {
    "received": "Received",
    "incomplete": "Incomplete",
    "under_review": "Under review",
    "granted": "Granted",
    "denied": "Denied",
    "returned_unreviewed": "Returned unreviewed",
    "not_needed": "Not needed",
    "withdrawn": "Withdrawn",
}
STEPS = {
    "receive": "Received",
    "ask-for-missing": "Ask for what is missing",
    "complete": "Record that it is complete",
    "claim": "Claim it for your review",
    "release": "Give it back to the queue",
    "reassign": "Give it to another reviewer",
    "recuse": "Recuse yourself",
    "grant": "Grant the waiver",
    "deny": "Deny the waiver",
    "return": "Return it unreviewed",
    "not-needed": "Record that no waiver is needed",
    "withdraw": "Record that it is withdrawn",
    "add-paper": "Add a paper",
    "approval-received": "Record when the approval came",
    "carrier-told": "Record when the carrier was told",
    "not-told-in-time": "The carrier was not told in time",
    "correct": "Propose to correct the decision",
    "approve-correction": "The decision was corrected",
}
DONE = {
    "ask-for-missing": "You recorded what is missing. Its letter can be made now.",
    "complete": "You recorded that the request is complete.",
    "claim": "You claimed the request. You can decide it now.",
    "release": "You gave the request back to the queue.",
    "reassign": "You gave the request to another reviewer.",
    "recuse": "You recused yourself. Another reviewer has to decide.",
    "grant": "You granted the waiver. Its letter can be made now.",
    "deny": "You denied the waiver. Its letter can be made now.",
    "return": "You returned the request unreviewed. Its letter can be made now.",
    "not-needed": "You recorded that no waiver is needed. Its letter can be made now.",
    "withdraw": "You recorded that the request is withdrawn. Its letter can be made now.",
    "add-paper": "You added the paper.",
    "approval-received": "You recorded when the approval came.",
    "carrier-told": "You recorded when the carrier was told.",
    "correct": "You proposed the correction. Another person approves it.",
}
"""What the page says after each step."""
CLAIMED_INCOMPLETE = (
    "You claimed the request. Papers are missing, so you can neither grant nor deny it yet. To ask "
    "for them, give the request back to the queue."
)
LETTERS = {
    "ask-for-missing": "papers are missing",
    "grant": "the waiver is granted",
    "deny": "the waiver is denied",
    "return": "the request is returned",
    "not-needed": "no waiver is needed",
    "withdraw": "the request is withdrawn",
    "approve-correction": "the decision is corrected",
}
"""What the letter of each step tells."""
PAPERS = {kind: f"{name[:1].upper()}{name[1:]}" for kind, name in KINDS.items()}
MISSING = {code: template().of_desk[f"exactly-{code}"] for code in EXACTLY}
"""What exactly can be missing, in the words of the letter."""
HAPPENED = {
    "receive": "Received",
    "ask-for-missing": "Asked for what is missing",
    "complete": "Recorded as complete",
    "claim": "Claimed for review",
    "release": "Given back to the queue",
    "reassign": "Given to another reviewer",
    "recuse": "A reviewer withdrew from it",
    "grant": "Waiver granted",
    "deny": "Waiver denied",
    "return": "Returned without a review",
    "not-needed": "No waiver needed",
    "withdraw": "Withdrawn",
    "add-paper": "Papers or days added",
    "approval-received": "Receipt of the approval recorded",
    "carrier-told": "Carrier told",
    "not-told-in-time": "The carrier was not told in time",
    "correct": "Correction proposed",
    "approve-correction": "Decision corrected",
}
"""What happened at each step, for the history."""
WAYS = {
    "mail": "By mail",
    "fax": "By fax",
    "form": "By the form on this site",
    "api": "By a program",
}
WHO = {"applicant": "The applicant", "representative": "A representative"}
SAID_BY = {**WHO, "other": "Somebody else"}
DETAILS = {
    "missing": "Missing",
    "exactly": "Exactly",
    "remind_on": "Look again on",
    "complete_on": "Complete since",
    "decide_by": "To be decided by",
    "sworn_on": "Signed on",
    "denial_received_on": "Denial received on",
    "received_on": "Received on",
    "received_by": "Came",
    "entered_for": "Asked by",
    "said_by": "Said by",
    "said_on": "Said on",
    "from": "From",
    "to": "To",
    "proposed_by": "Proposed by",
    "on": "Day",
}
"""What stands before a code or day of a step; what is not here is for programs alone."""
WRITTEN = {
    "circumstances": "Why the person went without coverage",
    "carrier": "The carrier",
    "representative": "The representative",
    "authority": "The authority",
    "note": "Note",
    "because": "Reason",
    "words": "In the reviewer's words",
}


@pages.app_template_filter()
def state_words(state: str) -> str:
    """A state of a waiver request in words."""
    return STATES.get(state, state)


@pages.app_template_filter()
def step_words(step: str) -> str:
    """A step on a waiver request in words."""
    return STEPS.get(step, step)


@pages.app_template_filter()
def happened_words(step: str) -> str:
    """What happened at a step, in words."""
    return HAPPENED.get(step, step)


@pages.app_template_filter()
def letter_words(step: str) -> str:
    """What the letter of a step tells, in words."""
    return LETTERS.get(step, step)


@pages.app_template_filter()
def paper_words(kind: str) -> str:
    """A kind of paper in words."""
    return PAPERS.get(kind, kind)
