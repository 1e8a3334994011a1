"""The second factors of accounts, as administrators see them: which there are, and their reset."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta, Struct

from app.access.approvals import AlreadyProposed, Approval, Proposal
from app.access.second_factor.resetting import NAME, effect_digest
from app.api.approvals.answers import ApprovalAnswer
from app.api.approvals.approvals import answer, approvals, reason_field
from app.api.http.answered.answers import instant_or_none
from app.api.http.answered.responses import Problem, etag_of, json_response, require_version
from app.api.http.asked.schemas import StrictSchema
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.people.accounts import find_account
from app.determinations.answer import Id, Instant
from app.instants import instant_text
from app.records.people.accounts import Account

blp = Blueprint("second-factors", __name__, url_prefix="/v1/accounts")


class SecondFactorAnswer(Struct):
    """A second factor of an account."""

    id: Id
    kind: Annotated[
        Literal["app", "passkey"],
        Meta(description="An app that shows codes (TOTP), or a passkey (WebAuthn)."),
    ]
    created_at: Instant
    used_at: Instant | None


class SecondFactorsAnswer(Struct):
    """The second factors of an account, the oldest first."""

    second_factors: list[SecondFactorAnswer]
    recovery_codes_left: int


class ResetSchema(StrictSchema):
    """Why to reset the second factor of an account."""

    because = reason_field("The reason, for the second administrator.", "The telephone was lost.")


@blp.get("/<uuid:id>/second-factors")
@Operation(
    permission="accounts.read",
    returns={200: Content("The second factors, without their secrets.", SecondFactorsAnswer)},
    problems=("unknown-account",),
)
def list_second_factors(id: UUID) -> Response:
    """List the second factors of an account."""
    owned = current_service().second_factors.of(find_account(id).id)
    return json_response(
        SecondFactorsAnswer(
            [
                SecondFactorAnswer(
                    each.id,
                    each.kind,  # type: ignore[arg-type]
                    instant_text(each.created_at),
                    instant_or_none(each.used_at),
                )
                for each in owned.factors
            ],
            owned.recovery_left,
        )
    )


@blp.post("/<uuid:id>/second-factor-resets")
@Operation(
    permission="accounts.write",
    body=ResetSchema,
    returns={201: Content("Proposed. Nothing changes until the approval.", ApprovalAnswer)},
    problems=("unknown-account", "no-second-factor", "reset-proposed"),
    if_match="The ETag of the account as you read it.",
)
def reset_second_factor(asked: dict[str, Any], id: UUID) -> Response:
    """Propose to reset the second factor of an account.

    A second administrator approves it within seven days, under /v1/approvals. Then every second
    factor of the account is removed and its sessions end. The person sets up a new one at the next
    sign-in.
    """
    account = find_account(id)
    require_version(account.version)
    found = propose_reset(account, asked["because"])
    headers = {"Location": f"/v1/approvals/{found.id}", "ETag": etag_of(found.version)}
    return json_response(answer(found), 201, headers)


def propose_reset(account: Account, because: str) -> Approval:
    """Propose to reset the second factor of an account.

    Raises:
        Problem: no-second-factor, reset-proposed.
        RecordsUnavailable: nothing was stored.
    """
    effect = effect_digest(current_service().store, account.id)
    if effect is None:
        raise Problem("no-second-factor", "The account has no second factor to reset.")
    try:
        proposal = Proposal(NAME, account.id, effect, because)
        return approvals().propose(proposal, principal(), origin())
    except AlreadyProposed:
        raise Problem(
            "reset-proposed", "Another reset of this account waits for a second administrator."
        ) from None
