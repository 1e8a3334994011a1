"""What answers about approvals say."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.access.approvals import Approval, ApprovalKind
from app.api.http.answered.answers import instant_or_none
from app.determinations.answer import Id, Instant
from app.instants import instant_text


class ApprovalAnswer(Struct):
    """What somebody proposed, and what became of it."""

    id: Id
    kind: Annotated[str, Meta(description="What would be done, such as waiver.correct.")]
    title: Annotated[str, Meta(description="The same in words.")]
    object_id: Annotated[str, Meta(description="What it would be done to.")]
    href: Annotated[str | None, Meta(description="The address of that.")]
    effect: Annotated[str, Meta(description="The digest of what would be done.")]
    because: Annotated[str, Meta(description="The proposer's reason.")]
    permission: Annotated[
        str | None, Meta(description="What the approver needs; null for an unknown kind.")
    ]
    state: Literal["open", "approved", "refused", "withdrawn", "expired"]
    proposed_by: str
    proposed_at: Instant
    ends_at: Annotated[Instant, Meta(description="Nobody can approve it from then on.")]
    organization: Annotated[str | None, Meta(description="The proposer's organization.")]
    decided_by: str | None
    decided_at: Instant | None
    reply: Annotated[str | None, Meta(description="The reason of a refusal.")]
    version: int


class ApprovedAnswer(ApprovalAnswer):
    """What somebody approved."""

    second_part: (
        Annotated[
            str,
            Meta(
                description="The second part of a new one-time password, key or client's secret. "
                "The service shows it once. Hand it over yourself; the proposer hands over the "
                "first part, directly behind which this one goes."
            ),
        ]
        | UnsetType
    ) = UNSET


class GrantProposedAnswer(ApprovalAnswer):
    """A change that waits for a second person, because it gives more than its administrator has."""

    first_part: Annotated[
        str | None,
        Meta(
            description="The first part of a new one-time password, key or client's secret. The "
            "service shows it once; a retry gets null. The second person reads the other part."
        ),
    ]


WaitsFor = (
    Annotated[
        str,
        Meta(description="The approval that this waits for, because it gives more than you have."),
    ]
    | UnsetType
)


class ApprovalsAnswer(Struct):
    """The open approvals, those that end first before the others."""

    approvals: list[ApprovalAnswer]


def approval_answer(approval: Approval, kind: ApprovalKind | None, state: str) -> ApprovalAnswer:
    """An approval in a state."""
    href = None if kind is None else kind.resource.replace("{id}", approval.object_id)
    return ApprovalAnswer(
        id=approval.id,
        kind=approval.kind,
        title=approval.kind if kind is None else kind.title,
        object_id=approval.object_id,
        href=href,
        effect=approval.effect,
        because=approval.because,
        permission=None if kind is None else kind.permission,
        state=state,  # type: ignore[arg-type]
        proposed_by=approval.proposed_by,
        proposed_at=instant_text(approval.proposed_at),
        ends_at=instant_text(approval.ends_at),
        organization=approval.organization,
        decided_by=approval.decided_by,
        decided_at=instant_or_none(approval.decided_at),
        reply=approval.reply,
        version=approval.version,
    )
