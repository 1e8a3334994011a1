"""What a decision on a waiver request may carry. No complaint repeats what was sent."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.api.approvals.approvals import reason_field
from app.api.http.asked.fields import TextField, WholeNumberField
from app.api.http.asked.schemas import REQUIRED, StrictSchema
from app.api.waivers.asked.waiver_fields import PastDayField, ProseField, code_field
from app.api.waivers.asked.waiver_schemas import PAPERS_AT_MOST
from app.waivers.deciding import LEFT_OPEN_BECAUSE, Remark, Said

REMARKS_AT_MOST = 200
DECISIONS = ("grant", "deny", "return", "not-needed")
_KEY = r"[a-z0-9/_.#-]{1,200}"


def _finding(meaning: str, **kwargs: Any) -> TextField:
    return TextField(
        _KEY,
        "Must be the key of a finding.",
        error_messages=REQUIRED,
        metadata={"description": meaning},
        **kwargs,
    )


class RemarkSchema(StrictSchema):
    """What the reviewer says to one finding."""

    finding = _finding("The `finding` of the preview.", required=True)
    says = code_field(tuple(Said), "What you say to it.", required=True)
    paper = WholeNumberField(
        1,
        PAPERS_AT_MOST * 10,
        error_messages=REQUIRED,
        metadata={"description": "The paper that contradicts it, by its place in `papers`."},
    )
    because = code_field(tuple(LEFT_OPEN_BECAUSE), "Why it is left open.")

    @validates_schema
    def _require_what_belongs(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        needed = {Said.CONTRADICTED: "paper", Said.LEFT_OPEN: "because"}.get(data["says"])
        for name in ("paper", "because"):
            if name == needed and name not in data:
                raise ValidationError(f"Is required with {data['says']}.", name)
            if name != needed and name in data:
                raise ValidationError("Leave it out here.", name)

    @post_load
    def _remark(self, data: Mapping[str, Any], **kwargs: Any) -> Remark:
        said = Said(data["says"])
        return Remark(data["finding"], said, data.get("paper"), data.get("because"))


class WayInSchema(StrictSchema):
    """The other way to enroll."""

    question = TextField(
        r"[a-z_.]{1,100}",
        "Must be the id of a question.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "The question that the other way answers."},
    )
    provision = TextField(
        r"[a-z0-9/_-]{1,200}",
        "Must be the id of a provision.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "The provision that lets the person in."},
    )


class RationaleSchema(StrictSchema):
    """Why the reviewer decides so: something to each finding, and free words beside."""

    rationale = fields.List(
        fields.Nested(RemarkSchema),
        load_default=list,
        validate=validate.Length(max=REMARKS_AT_MOST, error=f"At most {REMARKS_AT_MOST}."),
        error_messages={**REQUIRED, "invalid": "Must be a list of remarks."},
        metadata={"description": "What you say to each finding that decides."},
    )
    departs_from = _finding("Where you depart from the advice: the finding that you depart from.")
    words = ProseField(
        metadata={"description": "Your own words, beside the remarks. Encrypted; in no letter."}
    )


class PreviewSchema(RationaleSchema):
    """The decision to preview."""

    step = code_field(DECISIONS, "The decision.", required=True)
    way_in = fields.Nested(WayInSchema)

    @validates_schema
    def _require_way(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if (data["step"] == "not-needed") != ("way_in" in data):
            raise ValidationError("Is for not-needed, and required there.", "way_in")


class DecisionSchema(RationaleSchema):
    """A decision that was previewed."""

    digest = TextField(
        r"[0-9a-f]{64}",
        "Must be the digest of the preview.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "The `digest` of the preview of this very decision."},
    )


class ReturnSchema(RationaleSchema):
    """A request that is returned without a review."""


class NotNeededSchema(RationaleSchema):
    """A request of somebody who can enroll in another way."""

    way_in = fields.Nested(WayInSchema, required=True, error_messages=REQUIRED)


class DaySchema(StrictSchema):
    """The day on which something happened."""

    on = PastDayField("The day on which it happened.", required=True)


class CorrectionSchema(StrictSchema):
    """What a decision should have been, and why."""

    to = code_field(("granted", "denied"), "The right decision.", required=True)
    because = reason_field("What was wrong, for the second person.", "A paper was overlooked.")
