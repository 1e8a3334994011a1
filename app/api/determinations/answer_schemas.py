"""What answers look like, as JSON Schemas for the OpenAPI document.

The answers themselves never pass through these.
"""

from collections.abc import Sequence
from typing import Any

from app.law.provision import EVIDENCE
from app.law.questions import OUTCOMES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
DAY_OR_NONE: Schema = {"type": ["string", "null"], "format": "date"}
ID: Schema = {"type": "string", "format": "uuid"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
ANY: Schema = {
    "description": "A value: a flag, a whole number or text; days as YYYY-MM-DD, decimals as "
    "exact text, spans as pairs of days."
}
OUTCOME: Schema = {"type": "string", "enum": list(OUTCOMES)}
EFFECT: Schema = {"type": "string", "enum": ["grants", "bars", "refers", "cautions"]}
STATUS: Schema = {"type": "string", "enum": ["applies", "does_not_apply", "undetermined"]}


def told(schema: Schema, description: str) -> Schema:
    """A schema with a sentence."""
    return {**schema, "description": description}


def ref(name: str) -> Schema:
    """A reference to another of these schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def by_name(schema: Schema) -> Schema:
    """An object with names of its own."""
    return {"type": "object", "additionalProperties": schema}


def record(
    properties: dict[str, Schema], optional: Sequence[str] = (), description: str | None = None
) -> Schema:
    """An object with these members, all there but the optional ones."""
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }
    return schema if description is None else {**schema, "description": description}


EVIDENCE_TAG: Schema = told(
    {"type": "string", "enum": list(EVIDENCE)},
    "How sure the source is; after `guidance` unverified.",
)
CONCLUDES = told(by_name(ANY), "Values that follow, by name.")

_NESTED: dict[str, Schema] = {
    "question": TEXT,
    "outcome": OUTCOME,
    "says": told(TEXT, "The outcome as a sentence."),
    "reasons": told(
        many(ref("Reason")), "Every provision in force for the question, whatever it did."
    ),
    "needs": told(many(ref("Need")), "The facts still needed, in the order to ask them."),
    "concludes": CONCLUDES,
}
_WHOLE: dict[str, Schema] = {
    "id": told(ID, "A UUID of version 7; only where the determination was kept."),
    "decided_at": INSTANT,
    "subject": told(TEXT_OR_NONE, "The caller's own reference."),
    "replaces": told(ID, "The determination whose place this one takes."),
    "question": TEXT,
    "asks": TEXT,
    "as_of": told(DAY, "The day whose law was applied."),
    "edition": TEXT,
    **{name: schema for name, schema in _NESTED.items() if name != "question"},
    "would_change": told(
        many(ref("WouldChange")), "The smallest changes that reach another outcome."
    ),
    "valid_until": told(
        DAY_OR_NONE,
        "The last day on which the same facts are sure to give the same outcome; null: no end "
        "known.",
    ),
    "valid_until_because": TEXT_OR_NONE,
    "next_steps": many(record({"says": TEXT, "question": TEXT}, ["question"])),
    "cautions": many(TEXT),
    "facts": told(by_name(ANY), "The facts that were stated, by whole name."),
    "law": record({"digest": TEXT, "in_force": many(TEXT)}),
}

COMPONENTS: dict[str, Schema] = {
    "Need": record(
        {"fact": TEXT, "type": TEXT, "asks": TEXT, "unit": TEXT, "choices": by_name(TEXT)},
        ["unit", "choices"],
    ),
    "Finding": record(
        {
            "condition": TEXT,
            "words": told(TEXT, "The phrase of the provision's gist that the condition encodes."),
            "fact": TEXT,
            "operator": TEXT,
            "value": told(ANY, "The fact's value; null where it is not known."),
            "required": ANY,
            "status": {"type": "string", "enum": ["met", "not_met", "unknown"]},
            "says": TEXT,
            "source": {
                "type": ["string", "null"],
                "enum": ["stated", "presumed", "computed", "determined", None],
            },
            "path": TEXT,
            "computed_from": by_name(ANY),
            "determination": ref("NestedDetermination"),
        },
        ["path", "computed_from", "determination"],
        "One condition, met, not met or unknown.",
    ),
    "Reason": record(
        {
            "provision": TEXT,
            "title": TEXT,
            "effect": EFFECT,
            "status": STATUS,
            "decisive": told(FLAG, "Whether the outcome rests on it."),
            "citation": ref("Citation"),
            "evidence": EVIDENCE_TAG,
            "findings": many(ref("Finding")),
            "leads": told(FLAG, "Among several grants the one whose conclusions lead."),
            "concludes": CONCLUDES,
            "concludes_from": told(
                by_name(
                    record(
                        {"citation": ref("Citation"), "evidence": EVIDENCE_TAG, "says": TEXT},
                        ["says"],
                    )
                ),
                "The source of a conclusion, where it is another than the provision's.",
            ),
            "says": TEXT,
        },
        ["leads", "concludes", "concludes_from", "says"],
        "What one provision does in this case.",
    ),
    "WouldChange": record(
        {
            "becomes": OUTCOME,
            "kind": {"type": "string", "enum": ["later", "act", "past", "otherwise"]},
            "past": FLAG,
            "if": many(
                record(
                    {"fact": TEXT, "asks": TEXT, "from": ANY, "to": ANY, "or_to": many(ANY)},
                    ["or_to"],
                )
            ),
            "says": TEXT,
        },
    ),
    "NestedDetermination": record(
        _NESTED, description="The determination of another question that a finding rests on."
    ),
    "Determination": record(_WHOLE, ["id", "replaces"], "A decision with every reason."),
    "KeptDetermination": {
        "allOf": [
            ref("Determination"),
            record(
                {"replaced_by": told(ID, "The determination that took the place of this one.")},
                ["replaced_by"],
            ),
        ],
        "description": "A determination as it was issued, and what became of it.",
    },
}
