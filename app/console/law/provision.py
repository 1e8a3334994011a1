"""One provision or calendar on a day, at an address that stays."""

from datetime import date

from flask import render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.service import current_service
from app.api.law.cases import cases_answer
from app.api.law.condition_answers import calendars_of
from app.api.law.provision_answers import calendar_answer, provision_answer
from app.console.guard import pages, public
from app.console.law.asked import AS_OF, LawAsked, usual_day
from app.console.law.telling import Relative, Told, relative
from app.law.calendars import Calendar
from app.law.edition_law import EditionLaw
from app.law.provision import Provision


@pages.get("/law/provisions/<topic>/<name>")
@public
def provision(topic: str, name: str) -> AnyResponse | tuple[str, int]:
    """A provision on a day in an edition, with everything that is known of it; or a calendar."""
    lawbook, id = current_service().lawbook, f"{topic}/{name}"
    what = lawbook.provisions.get(id) or lawbook.calendars.get(id)
    if what is None:
        raise NotFound("The law has no provision of this name.")
    asked = LawAsked()
    edition = asked.edition()
    day = asked.day(AS_OF, usual_day(edition))
    asked.require_checked(edition, day)
    if (leads_on := asked.address()) is not None:
        return leads_on
    page = render_template(
        "law/provision.html" if isinstance(what, Provision) else "law/calendar_file.html",
        asked=asked,
        edition=edition.edition,
        day=day,
        what=what,
        elsewhere=_elsewhere(what, edition),
        **({} if asked.wrong or day is None else _content(what, edition, day)),
    )
    return page, asked.status


def _content(what: Provision | Calendar, edition: EditionLaw, day: date) -> dict[str, object]:
    service = current_service()
    lawbook = service.lawbook
    if isinstance(what, Provision):
        told = Told(lawbook, edition, provision_answer(lawbook, what, edition, day))
        checked = [usual_day(lawbook.edition(name)) for name in lawbook.editions]
        return {
            "told": told,
            "cases": cases_answer(service, what).cases,
            "compared_on": min(day, *checked),
        }
    standing = edition.calendars.get(what.id)
    if standing is None:
        return {}
    answer = calendar_answer(lawbook, standing, edition, day)
    return {
        "calendar": answer,
        "before": [relative(lawbook, edition, id) for id in answer.supersedes],
        "after": [relative(lawbook, edition, id) for id in answer.superseded_by],
        "used_by": _users(what, edition),
    }


def _users(calendar: Calendar, edition: EditionLaw) -> list[Relative]:
    """The provisions of an edition that use a calendar."""
    lawbook = current_service().lawbook
    return [
        relative(lawbook, edition, id)
        for id, each in edition.provisions.items()
        if calendar.id in calendars_of(each.conditions)
    ]


def _elsewhere(what: Provision | Calendar, edition: EditionLaw) -> list[str]:
    """The editions that contain something, where the one that was asked for does not."""
    lawbook = current_service().lawbook
    if what.id in edition.provisions or what.id in edition.calendars:
        return []
    others = (lawbook.edition(name) for name in lawbook.editions)
    return [o.edition.name for o in others if what.id in o.provisions or what.id in o.calendars]
