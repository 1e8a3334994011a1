"""What requests to the waiver desk may carry. No complaint repeats what was sent."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.access.roles import ORGANIZATION
from app.api.http.asked.fields import FactsField, QueryFlagField, TextField, WholeNumberField
from app.api.http.asked.schemas import (
    REQUIRED,
    NoQuery,
    StrictSchema,
    cursor_field,
    day_field,
    subject_field,
)
from app.api.waivers.asked.waiver_fields import FileField, PastDayField, ProseField, code_field
from app.waivers.states import State
from app.waivers.whole import EXACTLY, PAPERS

NAME_AT_MOST = 200
PAPERS_AT_MOST = 20
BODY_BYTES = 16 * 1024 * 1024
"""How long a body with a file may be: one file of the largest size in base64, and a little more."""
WAYS = ("mail", "fax", "form", "api")
SAID_BY = ("applicant", "representative", "other")
OPEN, ALL = "open", "all"
MOST, USUALLY = 200, 50


def _actor(meaning: str, **kwargs: Any) -> TextField:
    return TextField(
        r"account:[\x21-\x7e]{1,90}",
        "Must be an account, such as account:….",
        error_messages=REQUIRED,
        metadata={"description": meaning},
        **kwargs,
    )


class CarrierSchema(StrictSchema):
    """The carrier: its organization in this service, or its name."""

    organization = TextField(
        ORGANIZATION,
        "Must be the name of an organization.",
        error_messages=REQUIRED,
        metadata={"description": "The carrier's organization in this service."},
    )
    name = ProseField(
        NAME_AT_MOST, metadata={"description": "The carrier's name, if it has no organization."}
    )

    @validates_schema
    def _require_one(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Send organization or name.")


class DenialSchema(StrictSchema):
    """The denial: a determination of this service, or the day on which the notice came."""

    determination = fields.UUID(
        error_messages={**REQUIRED, "invalid_uuid": "Must be the id of a determination."},
        metadata={"description": "The id of the determination that denied enrollment."},
    )
    received_on = PastDayField("The day on which the applicant received the denial.")
    said_on = PastDayField("The day that the notice bears.")

    @validates_schema
    def _require_denial(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if "determination" not in data and "received_on" not in data:
            raise ValidationError("Send determination or received_on.")
        if {"said_on", "received_on"} <= set(data) and data["said_on"] > data["received_on"]:
            raise ValidationError("Must not be after received_on.", "said_on")


class EnteredForSchema(StrictSchema):
    """Who asks: the applicant, or a representative with name and authority."""

    who = code_field(
        ("applicant", "representative"), "The applicant or a representative.", required=True
    )
    name = ProseField(
        NAME_AT_MOST, metadata={"description": "The representative's name. Encrypted."}
    )
    authority = ProseField(
        NAME_AT_MOST,
        metadata={"description": "On what the authority rests, such as a signed form. Encrypted."},
    )

    @validates_schema
    def _require_authority(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        for name in ("name", "authority"):
            if data["who"] == "representative" and name not in data:
                raise ValidationError("Is required of a representative.", name)
            if data["who"] == "applicant" and name in data:
                raise ValidationError("Leave it out for the applicant.", name)


class CircumstancesSchema(StrictSchema):
    """Why the person went without coverage."""

    reason = TextField(
        r"[a-z_]{1,40}",
        "Must be a reason of the fact waiver.reason.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "A choice of the fact `waiver.reason`."},
    )
    text = ProseField(metadata={"description": "In the applicant's own words. Encrypted."})


class SwornSchema(StrictSchema):
    """The certification under the penalty of perjury."""

    signed_on = PastDayField("The day of the signature.", required=True)


class PaperSchema(StrictSchema):
    """A paper that came in."""

    kind = code_field(tuple(PAPERS), "The kind of the paper.", required=True)
    received_on = PastDayField("The day on which the paper was received.", required=True)
    name = ProseField(
        NAME_AT_MOST, metadata={"description": "The name of its file, or what it is. Encrypted."}
    )
    file = FileField(error_messages=REQUIRED)


def _papers(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(PaperSchema),
        validate=validate.Length(
            max=PAPERS_AT_MOST, error=f"Must be at most {PAPERS_AT_MOST} papers."
        ),
        error_messages={**REQUIRED, "invalid": "Must be a list of papers."},
        metadata={"description": "The papers that came, each with its kind and day."},
        **kwargs,
    )


class NewWaiverRequestSchema(StrictSchema):
    """A request for an enrollment waiver."""

    subject = subject_field(required=True)
    carrier = fields.Nested(CarrierSchema, required=True, error_messages=REQUIRED)
    denial = fields.Nested(DenialSchema, required=True, error_messages=REQUIRED)
    received_on = PastDayField(
        "The day on which the Office of Patient Protection first received the request.",
        required=True,
    )
    received_by = code_field(WAYS, "How the request came.", required=True)
    entered_for = fields.Nested(EnteredForSchema, required=True, error_messages=REQUIRED)
    circumstances = fields.Nested(CircumstancesSchema, required=True, error_messages=REQUIRED)
    sworn = fields.Nested(SwornSchema)
    papers = _papers(load_default=list)
    facts = FactsField(
        load_default=dict,
        error_messages=REQUIRED,
        metadata={
            "description": "Further facts of the questions waiver.reviewable, waiver.supported and "
            "waiver.binding. Leave out what a field of the request says."
        },
    )


class AskForMissingSchema(StrictSchema):
    """What the Office asks the applicant for."""

    missing = fields.List(
        code_field(tuple(PAPERS), "The kind of a missing paper."),
        required=True,
        validate=validate.Length(min=1, max=len(PAPERS), error="Must name what is missing."),
        error_messages={**REQUIRED, "invalid": "Must be a list of kinds of papers."},
        metadata={"description": "The kinds of papers that are missing."},
    )
    exactly = fields.List(
        code_field(tuple(EXACTLY), "What exactly is missing."),
        load_default=list,
        validate=validate.Length(max=len(EXACTLY), error="Must be at most one of each."),
        error_messages={**REQUIRED, "invalid": "Must be a list of codes."},
        metadata={"description": "What exactly is missing. The letter to the applicant says it."},
    )
    remind_on = day_field("The day on which to look again.", required=True)
    note = ProseField(metadata={"description": "For the Office alone. Encrypted; in no letter."})

    @validates_schema
    def _require_kind(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if any(EXACTLY[code] not in data["missing"] for code in data["exactly"]):
            raise ValidationError("Needs the kind of its paper in missing.", "exactly")


class CompleteSchema(StrictSchema):
    """What made the request complete, and on which day."""

    on = PastDayField("The day on which the Office had everything.", required=True)
    papers = _papers(load_default=list)
    sworn = fields.Nested(SwornSchema)


class AddPapersSchema(StrictSchema):
    """Papers that came in, or days that became known."""

    papers = _papers(load_default=list)
    sworn = fields.Nested(SwornSchema)
    denial_received_on = PastDayField("The day on which the applicant received the denial.")

    @validates_schema
    def _require_something(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not data["papers"] and len(data) == 1:
            raise ValidationError("Send papers, sworn or denial_received_on.")


class StepNoteSchema(StrictSchema):
    """A reason in one's own words, if there is one to tell."""

    because = ProseField(metadata={"description": "Why, in your own words. Encrypted."})


class RecuseSchema(StrictSchema):
    """Why a reviewer does not review this request."""

    because = ProseField(
        required=True, metadata={"description": "Why, in your own words. Encrypted."}
    )


class ReassignSchema(StepNoteSchema):
    """To whom a request goes."""

    to = _actor("The reviewer who takes over.", required=True)


class WithdrawSchema(StrictSchema):
    """Who said that the request is withdrawn, and when."""

    said_by = code_field(SAID_BY, "Who said so.", required=True)
    said_on = PastDayField("The day on which they said so.", required=True)
    note = ProseField(
        metadata={"description": "What they said; with `other`, who it was too. Encrypted."}
    )

    @validates_schema
    def _require_words(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if data["said_by"] == "other" and "note" not in data:
            raise ValidationError("Is required with other.", "note")


class HandedOverSchema(StrictSchema):
    """One request of several that go to another reviewer, as it was read."""

    id = fields.UUID(
        required=True,
        error_messages={**REQUIRED, "invalid_uuid": "Must be the id of a waiver request."},
    )
    version = WholeNumberField(1, 10_000, required=True, error_messages=REQUIRED)


class HandOverSchema(ReassignSchema):
    """Several requests that go to another reviewer."""

    requests = fields.List(
        fields.Nested(HandedOverSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST, error=f"Must be 1 to {MOST} requests."),
        error_messages={**REQUIRED, "invalid": "Must be a list of requests."},
    )


class QueueQuery(NoQuery):
    """Which requests to list; all that is given must hold."""

    state = TextField(
        "|".join((OPEN, ALL, *State)),
        f"Must be {OPEN}, {ALL} or a state.",
        load_default=OPEN,
        metadata={"description": "A state; `open` for those not decided yet, `all` for all."},
    )
    mine = QueryFlagField(
        load_default=False,
        metadata={
            "description": "Only those that you claimed; for other offices, those that you entered."
        },
    )
    unclaimed = QueryFlagField(
        load_default=False, metadata={"description": "Only those that no reviewer claimed."}
    )
    due_this_week = QueryFlagField(
        load_default=False,
        metadata={
            "description": "Only those to decide, or to look at again, within seven days or before."
        },
    )
    limit = WholeNumberField(
        1,
        MOST,
        in_query=True,
        load_default=USUALLY,
        metadata={"description": f"The most to return; default: {USUALLY}."},
    )
    cursor = cursor_field()
