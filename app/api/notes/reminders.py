"""Reminders: everybody changes their own alone; the open work of an office lists those of its
people. The service sends no mail.
"""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.api.http.answered.responses import JSON, Problem, json_response, unknown_determination
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, principal
from app.api.notes.answers import ReminderAnswer, RemindersAnswer, reminder_answer
from app.api.notes.note_schemas import ReminderAskedSchema
from app.determinations.answer import encode
from app.records.identity import new_id
from app.records.people.reminders import AT_MOST, Reminder, TooManyReminders

ROUTE = "POST /v1/reminders"

blp = Blueprint("reminders", __name__, url_prefix="/v1/reminders")


@blp.post("")
@Operation(
    permission="determinations.read",
    body=ReminderAskedSchema,
    returns={201: Content("The service stored the reminder.", ReminderAnswer)},
    problems=("unknown-determination", "too-many-reminders"),
    idempotent=True,
)
def create_reminder(asked: dict[str, Any]) -> Response:
    """Ask to see a determination again on a day. Your reminders stand on your home page."""
    with once(current_service(), ROUTE) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed()
        body = encode(reminder_answer(remind(asked["determination"], asked["on"])))
    return Response(body, 201, mimetype=JSON)


def remind(determination: str, on: date) -> Reminder:
    """Store a reminder of the present caller.

    Raises:
        Problem: unknown-determination, too-many-reminders.
        RecordsUnavailable: nothing was stored.
    """
    service, by, now = current_service(), principal(), clock.now()
    if not service.store.has(determination, by.reach):
        raise unknown_determination()
    try:
        return service.reminders.add(Reminder(new_id(now), by.actor, determination, on, now))
    except TooManyReminders:
        raise Problem(
            "too-many-reminders", f"You have {AT_MOST} reminders, which is the most."
        ) from None


@blp.get("")
@Operation(
    permission="determinations.read",
    returns={200: Content("Your reminders, those of the nearest day first.", RemindersAnswer)},
)
def list_reminders() -> Response:
    """List your reminders."""
    found = current_service().reminders.of(principal().actor)
    return json_response(RemindersAnswer(reminders=[reminder_answer(each) for each in found]))


@blp.delete("/<uuid:id>")
@Operation(
    permission="determinations.read",
    returns={204: Content("The service deleted the reminder.")},
    problems=("unknown-reminder",),
)
def delete_reminder(id: UUID) -> Response:
    """Delete a reminder, once you have done what it was for."""
    if not current_service().reminders.done(str(id), principal().actor):
        raise Problem("unknown-reminder", "You have no reminder with this id.")
    return Response(status=204)
