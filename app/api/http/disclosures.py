"""What each route and page discloses, by method and address: the audit entries that its answers
leave. A route that is missing here fails a test.
"""

from typing import NamedTuple

WITHOUT_KEEPING = "?keep=false"


class Disclosure(NamedTuple):
    """What a route enters. *actions*: a successful answer leaves an entry with one of them.
    *refused*: one with this action and the id in the address stays where nothing was found.
    *kind* and *variable* are of the object in that entry.
    """

    actions: tuple[str, ...] = ()
    refused: str = ""
    kind: str = "determination"
    variable: str = "id"


NOTHING = Disclosure()
"""Discloses the law, the caller's own things, staff, machines or organizations, but no case."""


def reads(action: str, kind: str, *others: str, variable: str = "id") -> Disclosure:
    """Discloses a record; *others* are actions that its entry may have too."""
    return Disclosure((action, *others), action, kind, variable)


def lists(action: str, kind: str) -> Disclosure:
    """Discloses a list; each record on it that is about a person has an entry of its own."""
    return Disclosure((action,), "", kind)


def changes(refused: str, kind: str, variable: str = "id") -> Disclosure:
    """Changes a record: what it did has an entry, and an unknown record as well."""
    return Disclosure((), refused, kind, variable)


_READ = reads("determination.read", "determination")
_CHANGED = changes("determination.read", "determination")
_WAIVER = reads("waiver.read", "waiver")
_WAIVER_CHANGED = changes("waiver.read", "waiver")
_TRIED = Disclosure(("determination.tried",), "", "determination")
_APPLICANT = reads("applicant.read", "applicant", variable="subject")
_LETTER = reads("letter.read", "letter")

DETERMINATIONS = {
    "POST /v1/determinations": NOTHING,
    f"POST /v1/determinations{WITHOUT_KEEPING}": _TRIED,
    "POST /v1/determinations/batch": NOTHING,
    f"POST /v1/determinations/batch{WITHOUT_KEEPING}": _TRIED,
    "POST /v1/eligibility-calendars": _TRIED,
    "GET /v1/determinations/<uuid:id>": _READ,
    "GET /v1/determinations/<uuid:id>/chain": _READ,
    "GET /v1/determinations/<uuid:id>/comparison/<uuid:other>": _READ,
    "GET /v1/determinations/<uuid:id>/letter": _READ,
    "GET /v1/determinations/<uuid:id>/packet": reads("determination.packet", "determination"),
    "GET /v1/determinations/<uuid:id>/receipt": _READ,
    "POST /v1/determinations/<uuid:id>/letters": _CHANGED,
    "POST /v1/determinations/<uuid:id>/objections": _CHANGED,
    "POST /v1/determinations/<uuid:id>/reconsider": reads(
        "determination.reconsidered", "determination"
    ),
    "POST /v1/determinations/<uuid:id>/redetermine": _CHANGED,
    "POST /v1/determinations/<uuid:id>/replay": reads("determination.replayed", "determination"),
    "POST /v1/determinations/<uuid:id>/settlements": _CHANGED,
    "POST /v1/determinations/<uuid:id>/void": _CHANGED,
    "POST /v1/determinations/search": lists("determination.searched", "determination"),
    "GET /v1/events": lists("events.read", "events"),
    "GET /v1/numbers/<number>": Disclosure(
        ("number.found",), "number.found", "number", variable=""
    ),
    "GET /v1/open-work": lists("work.listed", "work"),
}
ABOUT_PEOPLE = {
    "POST /v1/applicants": NOTHING,
    "GET /v1/applicants/<subject>": _APPLICANT,
    "PATCH /v1/applicants/<subject>": changes("applicant.read", "applicant", "subject"),
    "GET /v1/applicants/<subject>/file": _APPLICANT,
    "POST /v1/applicants/search": lists("applicant.searched", "applicant"),
    "GET /v1/notes": NOTHING,
    "POST /v1/notes": NOTHING,
    "GET /v1/notes/<uuid:id>": reads("note.read", "note"),
    "GET /v1/letters/<uuid:id>": _LETTER,
    "POST /v1/letters/<uuid:id>/came-back": changes("letter.read", "letter"),
    "POST /v1/letters/<uuid:id>/sent": changes("letter.read", "letter"),
    "POST /v1/letters/search": NOTHING,
    "GET /v1/letters/to-send": NOTHING,
    "GET /v1/holds": NOTHING,
    "POST /v1/holds": NOTHING,
    "GET /v1/holds/<uuid:id>": reads("hold.read", "hold"),
    "DELETE /v1/holds/<uuid:id>": changes("hold.read", "hold"),
    "GET /v1/feedback": lists("feedback.read", "feedback"),
    "GET /v1/feedback/<uuid:id>": reads("feedback.read", "feedback"),
    "PATCH /v1/feedback/<uuid:id>": changes("feedback.read", "feedback"),
    "POST /v1/audit/exports": lists("audit.exported", "audit"),
    "POST /v1/audit/search": lists("audit.searched", "audit"),
    "GET /v1/reminders": NOTHING,
    "POST /v1/reminders": NOTHING,
    "DELETE /v1/reminders/<uuid:id>": NOTHING,
}
"""Lists of notes, letters and holds name each record on them; an empty one discloses nothing."""
_STEPS = (
    "add-paper",
    "approval-received",
    "ask-for-missing",
    "carrier-told",
    "claim",
    "complete",
    "correct",
    "deny",
    "grant",
    "letters",
    "not-needed",
    "preview",
    "reassign",
    "recuse",
    "release",
    "return",
    "withdraw",
)
DESK = {
    "GET /v1/waiver-requests": lists("waiver.listed", "waiver"),
    "POST /v1/waiver-requests": NOTHING,
    "GET /v1/waiver-requests/<uuid:id>": _WAIVER,
    "GET /v1/waiver-requests/<uuid:id>/letter": reads(
        "waiver.letter_read", "waiver", "applicant.read"
    ),
    "GET /v1/waiver-requests/<uuid:id>/papers/<uuid:paper>": reads("waiver.paper_read", "waiver"),
    **{f"POST /v1/waiver-requests/<uuid:id>/{step}": _WAIVER_CHANGED for step in _STEPS},
    "GET /v1/waiver-requests/figures": lists("waiver.figures", "waiver"),
    "GET /v1/waiver-requests/figures.csv": lists("waiver.figures", "waiver"),
    "POST /v1/waiver-requests/hand-over": NOTHING,
}
ANSWER_PAGES = {
    "GET /answers": lists("determination.searched", "determination"),
    "POST /answers": lists("determination.searched", "determination"),
    "GET /answers/<uuid:id>": _READ,
    "GET /answers/<uuid:id>/change": _READ,
    "POST /answers/<uuid:id>/change": _READ,
    "GET /answers/<uuid:id>/compare": _READ,
    "POST /answers/<uuid:id>/correct": _CHANGED,
    "POST /answers/<uuid:id>/correct-day": _CHANGED,
    "GET /answers/<uuid:id>/history": _READ,
    "GET /answers/<uuid:id>/letter": _READ,
    "POST /answers/<uuid:id>/letter": _CHANGED,
    "GET /answers/<uuid:id>/letter.pdf": _READ,
    "GET /answers/<uuid:id>/notes": _READ,
    "POST /answers/<uuid:id>/notes": _CHANGED,
    "POST /answers/<uuid:id>/objection": _CHANGED,
    "GET /answers/<uuid:id>/other-day": _READ,
    "POST /answers/<uuid:id>/other-day": _READ,
    "GET /answers/<uuid:id>/packet": reads("determination.packet", "determination"),
    "POST /answers/<uuid:id>/reminder": _CHANGED,
    "POST /answers/<uuid:id>/replay": reads("determination.replayed", "determination"),
    "POST /answers/<uuid:id>/settlement": _CHANGED,
    "GET /answers/<uuid:id>/void": _READ,
    "POST /answers/<uuid:id>/void": _CHANGED,
    "POST /numbers": Disclosure((), "number.found", "number", variable=""),
    "GET /work": lists("work.listed", "work"),
}
ASKING_PAGES = {
    "GET /ask": NOTHING,
    "GET /ask/new": NOTHING,
    "POST /ask/new": NOTHING,
    "GET /ask/<uuid:id>": NOTHING,
    "POST /ask/<uuid:id>": NOTHING,
    "GET /ask/<uuid:id>/answer": _TRIED,
    "POST /ask/<uuid:id>/answer": NOTHING,
    "GET /ask/<uuid:id>/change": _TRIED,
    "POST /ask/<uuid:id>/change": _TRIED,
    "POST /ask/<uuid:id>/end": NOTHING,
    "GET /ask/<uuid:id>/form": NOTHING,
    "POST /ask/<uuid:id>/form": NOTHING,
    "GET /ask/<uuid:id>/other-day": _TRIED,
    "POST /ask/<uuid:id>/other-day": _TRIED,
}
PEOPLE_PAGES = {
    "GET /people": NOTHING,
    "POST /people": lists("applicant.searched", "applicant"),
    "GET /people/<uuid:id>": reads("applicant.read", "applicant"),
    "GET /people/<uuid:id>/correct": reads("applicant.read", "applicant"),
    "POST /people/<uuid:id>/correct": changes("applicant.read", "applicant"),
    "GET /people/<uuid:id>/file": reads("applicant.read", "applicant"),
    "GET /people/new": NOTHING,
    "POST /people/new": NOTHING,
    "GET /letters": NOTHING,
    "GET /letters/<uuid:id>": _LETTER,
    "POST /letters/<uuid:id>/came-back": changes("letter.read", "letter"),
    "GET /letters/<uuid:id>/letter.pdf": _LETTER,
    "POST /letters/<uuid:id>/sent": changes("letter.read", "letter"),
    "GET /letters/to-send.pdf": NOTHING,
    "GET /feedback/received": lists("feedback.read", "feedback"),
    "POST /feedback/<uuid:id>/state": changes("feedback.read", "feedback"),
    "POST /reminders/<uuid:id>/done": NOTHING,
    "GET /audit": lists("audit.searched", "audit"),
    "POST /audit": lists("audit.searched", "audit"),
    "POST /audit/export": lists("audit.exported", "audit"),
}
DESK_PAGES = {
    "GET /waivers": lists("waiver.listed", "waiver"),
    "GET /waivers/<uuid:id>": _WAIVER,
    "GET /waivers/<uuid:id>/decide/<step>": _WAIVER,
    "POST /waivers/<uuid:id>/decide/<step>": _WAIVER_CHANGED,
    "GET /waivers/<uuid:id>/letter": reads("waiver.letter_read", "waiver", "applicant.read"),
    "POST /waivers/<uuid:id>/letter": _WAIVER_CHANGED,
    "GET /waivers/<uuid:id>/letter.pdf": reads("waiver.letter_read", "waiver", "applicant.read"),
    "POST /waivers/<uuid:id>/notes": _WAIVER_CHANGED,
    "GET /waivers/<uuid:id>/papers/<uuid:paper>": reads("waiver.paper_read", "waiver"),
    "GET /waivers/<uuid:id>/steps/<step>": _WAIVER,
    "POST /waivers/<uuid:id>/steps/<step>": _WAIVER_CHANGED,
    "GET /waivers/figures": lists("waiver.figures", "waiver"),
    "GET /waivers/figures.csv": lists("waiver.figures", "waiver"),
    "GET /waivers/hand-over": lists("waiver.listed", "waiver"),
    "POST /waivers/hand-over": NOTHING,
    "GET /waivers/new": NOTHING,
    "POST /waivers/new": NOTHING,
}
NO_CASES = (
    "/account",
    "/new-organization",
    "/organizations",
    "/password",
    "/sessions",
    "/sign-out",
    "/approvals",
    "/audit/verifications",
    "/metrics",
    "/second-factor",
    "/v1/accounts",
    "/v1/approvals",
    "/v1/credentials",
    "/v1/disposals",
    "/oauth/authorize",
    "/v1/organizations",
    "/v1/programs",
    "/v1/roles",
    "/v1/verifications",
)
"""Addresses below which there are only staff, machines, organizations and the service itself. What
changes there has its entries.
"""
DISCLOSURES = {
    **DETERMINATIONS,
    **ABOUT_PEOPLE,
    **DESK,
    **ANSWER_PAGES,
    **ASKING_PAGES,
    **PEOPLE_PAGES,
    **DESK_PAGES,
}


def disclosure_of(route: str) -> Disclosure | None:
    """What a route discloses, such as `GET /v1/notes`; None where nobody declared it."""
    found = DISCLOSURES.get(route)
    if found is None and route.partition(" ")[2].startswith(NO_CASES):
        return NOTHING
    return found
