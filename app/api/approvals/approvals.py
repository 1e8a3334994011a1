"""Approvals: what waits for a second person."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Blueprint, Response
from msgspec import UNSET
from msgspec.structs import asdict

from app import clock
from app.access.approvals import (
    Approval,
    ApprovalChanged,
    ApprovalOver,
    Approvals,
    EffectChanged,
    NotASecondPerson,
    NotPermitted,
    NotYet,
)
from app.api.approvals.answers import (
    ApprovalAnswer,
    ApprovalsAnswer,
    ApprovedAnswer,
    GrantProposedAnswer,
    approval_answer,
)
from app.api.disposals.disposals import delete_released
from app.api.http.answered.responses import (
    Problem,
    changed_since,
    etag_of,
    json_response,
    require_version,
)
from app.api.http.asked.fields import ReferenceField
from app.api.http.asked.schemas import REQUIRED, StrictSchema
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.records.approvals.grants import second_part_of

READ_IT = "The ETag of the approval as you read it."
DECIDING = ("unknown-approval", "approval-over", "second-person-needed")

blp = Blueprint("approvals", __name__, url_prefix="/v1/approvals")


def reason_field(meaning: str, example: str) -> ReferenceField:
    """A reason that a proposer or a second person gives."""
    return ReferenceField(
        r"[^\x00-\x20\x7f][^\x00-\x1f\x7f]{0,499}",
        "Must be a reason of at most 500 characters on one line.",
        required=True,
        error_messages=REQUIRED,
        metadata={
            "description": f"{meaning} Send no personal data; the service rejects social security "
            "numbers.",
            "example": example,
        },
    )


class RefusalSchema(StrictSchema):
    """Why to refuse a proposal."""

    because = reason_field("The reason, for the proposer.", "The second letter names another day.")


@blp.get("")
@Operation(
    permission="approvals.read",
    returns={
        200: Content(
            "The open approvals of your organization that your role may decide. Auditors see all.",
            ApprovalsAnswer,
        )
    },
)
def list_approvals() -> Response:
    """List what waits for a second person."""
    return json_response(ApprovalsAnswer([answer(each) for each in waiting()]))


@blp.get("/<uuid:id>")
@Operation(
    permission="approvals.read",
    returns={200: Content("The approval. To decide it, send its ETag.", ApprovalAnswer)},
    problems=("unknown-approval",),
)
def read_approval(id: UUID) -> Response:
    """Read one approval, also one that is over."""
    return _shown(find(id))


@blp.post("/<uuid:id>/approve")
@Operation(
    permission="approvals.decide",
    returns={200: Content("Approved. The service did what was proposed.", ApprovedAnswer)},
    problems=(*DECIDING, "effect-changed", "not-yet", "record-damaged"),
    if_match=READ_IT,
)
def approve(id: UUID) -> Response:
    """Approve what another person proposed.

    The service does it in the same transaction. What was marked for disposal it deletes afterwards.
    You need the permission that the approval names.
    You cannot approve what you proposed, or what the maker of your account or key proposed.
    """
    found = find(id)
    require_version(found.version)
    done, second = approve_with_part(found)
    body = ApprovedAnswer(**asdict(answer(done)), second_part=second or UNSET)
    return json_response(body, headers={"ETag": etag_of(done.version)})


@blp.post("/<uuid:id>/refuse")
@Operation(
    permission="approvals.decide",
    body=RefusalSchema,
    returns={200: Content("Refused. The service did nothing else.", ApprovalAnswer)},
    problems=DECIDING,
    if_match=READ_IT,
)
def refuse(asked: dict[str, str], id: UUID) -> Response:
    """Refuse what another person proposed, with a reason."""
    found = find(id)
    require_version(found.version)
    with refusals():
        return _shown(approvals().refuse(found, asked["because"], principal(), origin()))


@blp.post("/<uuid:id>/withdraw")
@Operation(
    permission="approvals.decide",
    returns={200: Content("Withdrawn. The service did nothing else.", ApprovalAnswer)},
    problems=DECIDING,
    if_match=READ_IT,
)
def withdraw_proposal(id: UUID) -> Response:
    """Withdraw what you proposed."""
    found = find(id)
    require_version(found.version)
    with refusals():
        return _shown(approvals().withdraw(found, principal(), origin()))


def approved(found: Approval) -> Approval:
    """Approve a proposal as the caller, and begin what goes on after that.

    Raises:
        NotPermitted, NotASecondPerson, ApprovalChanged, ApprovalOver, EffectChanged, NotYet: as
            `Approvals.approve` does.
    """
    done = approvals().approve(found, principal(), origin())
    delete_released(done)
    return done


def approvals() -> Approvals:
    """The approvals of the service that handles the present request."""
    return Approvals(current_service().store)


def approve_with_part(found: Approval) -> tuple[Approval, str | None]:
    """Approve a proposal; the approval, with the second part of the secret that it gives.

    Raises:
        Problem: as `refusals` says.
    """
    second = second_part_of(current_service().store, found.object_id)
    with refusals():
        return approved(found), second


def proposed(approval: Approval, first: str | None) -> Response:
    """The answer to a change that waits for a second person."""
    body = GrantProposedAnswer(**asdict(answer(approval)), first_part=first)
    headers = {"Location": f"/v1/approvals/{approval.id}", "ETag": etag_of(approval.version)}
    return json_response(body, 202, headers)


def already_proposed() -> Problem:
    """Another change of the same account, key or client waits."""
    return Problem("grant-proposed", "Another change of it waits for a second person.")


def waiting() -> list[Approval]:
    """The open approvals that the caller sees."""
    return approvals().waiting(principal())


def find(id: UUID) -> Approval:
    """An approval that the caller sees.

    Raises:
        Problem: unknown-approval.
    """
    found = approvals().find(str(id), principal())
    if found is None:
        raise Problem("unknown-approval", "No approval has this id.")
    return found


def answer(approval: Approval) -> ApprovalAnswer:
    """An approval as it is now."""
    kind, state = approvals().kind_of(approval), approval.state(clock.now())
    return approval_answer(approval, kind, state)


@contextmanager
def refusals() -> Iterator[None]:
    """Why an approval cannot be decided so, as problems.

    Raises:
        Problem: approval-over, effect-changed, not-yet, second-person-needed, forbidden or
            precondition-failed.
    """
    try:
        yield
    except NotPermitted as refused:
        raise Problem("forbidden", str(refused)) from None
    except NotASecondPerson as refused:
        raise Problem("second-person-needed", str(refused)) from None
    except ApprovalOver as over:
        raise Problem("approval-over", f"It is {over.state}. Nothing was done.") from None
    except NotYet as wait:
        raise Problem("not-yet", str(wait)) from None
    except EffectChanged:
        raise Problem(
            "effect-changed",
            "What was proposed is out of date. Read it again, and propose it anew.",
        ) from None
    except ApprovalChanged:
        raise changed_since() from None


def _shown(approval: Approval) -> Response:
    return json_response(answer(approval), headers={"ETag": etag_of(approval.version)})
