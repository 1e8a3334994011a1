"""The bar of every page: the places that somebody's role may go to."""

from typing import NamedTuple

from flask import request

from app.access.principal import PUBLIC
from app.api.http.service import principal
from app.console.guard import pages


class Place(NamedTuple):
    """A part of the pages, below one address."""

    name: str
    address: str
    permission: str

    @property
    def is_current(self) -> bool:
        """Whether the present page belongs to it."""
        return request.path == self.address or request.path.startswith(f"{self.address}/")


PLACES = (
    Place("Ask", "/ask", "law.decide"),
    Place("People", "/people", "applicants.read"),
    Place("Answers", "/answers", "determinations.search"),
    Place("Open work", "/work", "work.read"),
    Place("Waivers", "/waivers", "waivers.read"),
    Place("Feedback", "/feedback/received", "feedback.read"),
    Place("Law", "/law", PUBLIC),
    Place("Accounts", "/accounts", "accounts.read"),
    Place("Audit trail", "/audit", "audit.read"),
    Place("Approvals", "/approvals", "approvals.read"),
    Place("Organizations", "/organizations", "organizations.read"),
    Place("Letters", "/letters", "letters.read"),
    Place("Reference for programs", "/docs", PUBLIC),
)


@pages.app_context_processor
def navigation_context() -> dict[str, object]:
    """The places for the person who asks."""
    return {"places": [place for place in PLACES if principal().may(place.permission)]}
