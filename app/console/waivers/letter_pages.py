"""The letters of the desk's steps: as pages and as PDFs, and on to the list of those to send."""

from collections.abc import Mapping
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service
from app.api.letters.again import DECIDING, is_corrected, waiting_alike
from app.api.letters.desk_letters import (
    ROUTE,
    desk_letter,
    make_desk_letter,
    may_make,
    step_with_letter,
)
from app.api.letters.letters import PDF
from app.api.letters.making import as_pdf
from app.console.guard import needs, pages
from app.console.letters.letters import wished
from app.letters.page import article
from app.letters.translated.language import NAMES
from app.records.identity import new_id


@pages.get("/waivers/<uuid:id>/letter")
@needs("letters.read")
def waiver_letter(id: UUID) -> str:
    """The letter of a step, the last one that has a letter where none is named."""
    asked, number = wished(request.args), _number(request.args)
    languages = current_service().languages
    of, step = step_with_letter(id, number)
    one = desk_letter(id, asked, step.number)
    return render_template(
        "waivers/letter.html",
        id=id,
        wished=asked,
        step=step,
        letter=article(one, languages.statements, level=2),
        languages={code: NAMES[code] for code in languages.codes},
        key=new_id(clock.now()),
        may_make=may_make(of),
        alike=waiting_alike(one.letter, of.id),
        overtaken=step.step in DECIDING and is_corrected(of.id),
    )


@pages.get("/waivers/<uuid:id>/letter.pdf")
@needs("letters.read")
def waiver_letter_pdf(id: UUID) -> Response:
    """The same as a PDF."""
    one = desk_letter(id, wished(request.args), _number(request.args))
    return Response(as_pdf([one]), mimetype=PDF)


@pages.post("/waivers/<uuid:id>/letter")
@needs("letters.write")
def make_waiver_letter(id: UUID) -> AnyResponse:
    """Make the letter of a step and go on to it. A second click gives the same letter."""
    asked, number = wished(request.form), _number(request.form)
    key, payload = request.form.get("key", "")[:100], f"{id} {number} {asked}".encode()
    with once_under(current_service(), ROUTE, f"page-{key}", payload) as attempt:
        if attempt.earlier is not None:
            assert attempt.earlier.location is not None
            made = attempt.earlier.location.rpartition("/")[2]
        else:
            made = make_desk_letter(id, asked, number, attempt).id
    return redirect(url_for("pages.kept_letter", id=made), 303)


def _number(sent: Mapping[str, str]) -> int | None:
    """The number of a step that an address or a form names; none where it names none."""
    given = sent.get("step", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else None
