"""A person's page: who it is, what stands, what can change when, and what was decided."""

from uuid import UUID

from flask import Response, render_template

from app import clock
from app.api.applicants.answers import initials
from app.api.applicants.person_file import person_file
from app.api.applicants.register import UNMASKED, read_by_id, sees_whole
from app.api.http.answered.responses import JSON
from app.api.http.service import current_service, principal
from app.console.applicants.beside import beside_answers
from app.console.applicants.forms import LANGUAGES
from app.console.applicants.history import History, history_of
from app.console.guard import needs, pages


@pages.get("/people/<uuid:id>")
@needs("applicants.read")
def person(id: UUID) -> str:
    """What is known of a person, and what was decided."""
    applicant, by = read_by_id(str(id)), principal()
    may_look = by.may("determinations.search") and by.may("determinations.read")
    decided = history_of(applicant) if may_look else History([], [])
    return render_template(
        "people/person.html",
        applicant=applicant,
        sees_whole=sees_whole(),
        shown_name=applicant.person.name if sees_whole() else initials(applicant.person.name),
        languages=LANGUAGES,
        history=decided,
        **beside_answers(applicant, decided),
        questions=current_service().lawbook.questions,
        today=clock.today(),
        may_write=by.may("applicants.write"),
        may_void=by.may("determinations.void"),
    )


@pages.get("/people/<uuid:id>/file")
@needs(UNMASKED)
def person_as_file(id: UUID) -> Response:
    """Everything that the office keeps of a person, as a file to save."""
    headers = {"Content-Disposition": 'attachment; filename="person.json"'}
    body = person_file(read_by_id(str(id)).subject)
    return Response(body, 200, headers, mimetype=JSON)
