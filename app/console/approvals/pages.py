"""What waits for a second person: the list, and one proposal to approve, refuse or withdraw."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from app.access.approvals import Approval, ApprovalChanged
from app.access.disposals import NAME
from app.api.approvals.approvals import (
    RefusalSchema,
    answer,
    approvals,
    approve_with_part,
    find,
    refusals,
    waiting,
)
from app.api.disposals.disposals import disposal_answer, found_disposal
from app.api.http.answered.responses import Problem
from app.api.http.service import origin, principal
from app.console.guard import needs, pages

LONGEST = 1000
DONE = {
    "approve": "You approved it. The service did what was proposed.",
    "refuse": "You refused it. The proposer sees your reason.",
    "withdraw": "You withdrew it.",
}
RELEASED = "You released it. The service deletes it now."


@pages.get("/approvals")
@needs("approvals.read")
def waiting_approvals() -> str:
    """What waits for a second person, and ends first."""
    return render_template(
        "approvals/list.html", approvals=[(each, answer(each)) for each in waiting()]
    )


@pages.get("/approvals/<uuid:id>")
@needs("approvals.read")
def approval(id: UUID) -> AnyResponse:
    """One proposal, with what can be done about it."""
    return _page(find(id), 200)


@pages.post("/approvals/<uuid:id>")
@needs("approvals.decide")
def decide_approval(id: UUID) -> AnyResponse:
    """Approve, refuse or withdraw a proposal, or show it again with what stands against it."""
    found, do, because = find(id), request.form.get("do", ""), request.form.get("because", "")
    try:
        with refusals():
            if request.form.get("version") != str(found.version):
                raise ApprovalChanged(found.id)
            second = _do(found, do, because.strip()[:LONGEST])
    except ValidationError as error:
        sentence = " ".join(error.messages_dict["because"])
        return _page(found, 422, because=because, wrong=sentence)
    except Problem as problem:
        return _page(find(id), problem.type.status, because=because, notice=problem.detail)
    if second is not None:
        return make_response(
            render_template("approvals/second_part.html", approval=found, second=second)
        )
    flash(RELEASED if do == "approve" and found.kind == NAME else DONE[do])
    return redirect(url_for("pages.approval", id=id), 303)


def _do(found: Approval, do: str, because: str) -> str | None:
    """What one of the buttons says; the second part of a secret, if approving gives one.

    Raises:
        ValidationError: the reason of a refusal is missing or cannot be one.
        Problem: there is no such button.
    """
    if do == "approve":
        return approve_with_part(found)[1]
    if do == "refuse":
        asked = RefusalSchema().load({"because": because})
        approvals().refuse(found, asked["because"], principal(), origin())
    elif do == "withdraw":
        approvals().withdraw(found, principal(), origin())
    else:
        raise Problem("bad-request", "Open the page again and use one of its buttons.")
    return None


def _page(
    found: Approval, status: int, because: str = "", wrong: str = "", notice: str = ""
) -> AnyResponse:
    kind = approvals().kind_of(found)
    marked = found_disposal(found.id) if found.kind == NAME else None
    return make_response(
        render_template(
            "approvals/one.html",
            approval=found,
            shown=answer(found),
            page=None if kind is None or marked else kind.page.replace("{id}", found.object_id),
            marked=marked,
            disposal=None if marked is None else disposal_answer(marked),
            is_mine=found.proposed_by == principal().actor,
            may_decide=kind is not None
            and principal().may("approvals.decide")
            and principal().may(kind.permission),
            because=because[:LONGEST],
            wrong=wrong,
            notice=notice,
        ),
        status,
    )
