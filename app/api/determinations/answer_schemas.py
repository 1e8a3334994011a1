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
KIND: Schema = {"type": "string", "enum": ["open", "continuous", "limited", "unread"]}
OPEN_OBJECT: Schema = {"type": "object"}


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


LAW = record(
    {"digest": told(TEXT, "Digest of the whole text of the law: the same text, the same digest.")}
)
EVIDENCE_TAG: Schema = told(
    {"type": "string", "enum": list(EVIDENCE)},
    "How sure the source is; after `guidance` unverified.",
)
IN_FORCE: Schema = {
    "type": ["object", "null"],
    "properties": {"from": DAY, "to": DAY_OR_NONE},
    "required": ["from", "to"],
}
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
    "Problem": record(
        {
            "type": told(
                {"type": "string", "format": "uri-reference"},
                "Which problem; a page stands at this address.",
            ),
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": told(TEXT, "What to do."),
            "instance": {"type": "string", "format": "uri-reference"},
            "request_id": {"type": "string", "format": "uuid"},
            "errors": many(
                record(
                    {
                        "location": {"type": "string", "enum": ["json", "query", "path"]},
                        "pointer": told(TEXT, "Where in the body, as a JSON pointer."),
                        "name": told(TEXT, "Which query parameter."),
                        "fact": told(TEXT, "The fact's whole name."),
                        "detail": told(TEXT, "What to send instead."),
                    },
                    ["pointer", "name", "fact"],
                )
            ),
        },
        ["instance", "request_id", "errors"],
        "RFC 9457 problem details.",
    ),
    "Citation": record({"instrument": TEXT, "under": TEXT, "url": TEXT}, ["under", "url"]),
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
    "BatchLine": record(
        {
            "line": told({"type": "integer", "minimum": 1}, "The number of the line sent."),
            "determination": ref("Determination"),
            "problem": ref("Problem"),
        },
        ["determination", "problem"],
        "The answer to one line: its determination or its problem.",
    ),
    "Conclusion": record(
        {"name": TEXT, "type": TEXT, "describes": TEXT, "choices": many(TEXT), "unit": TEXT},
        ["choices", "unit"],
    ),
    "QuestionSummary": record(
        {
            "id": TEXT,
            "asks": TEXT,
            "governed_by": told(TEXT_OR_NONE, "The fact whose day's law applies."),
            "encoded_from": DAY,
            "conclusions": many(ref("Conclusion")),
            "outcomes": told(
                by_name(TEXT), "The sentence of each outcome; braces hold facts and conclusions."
            ),
            "href": TEXT,
        }
    ),
    "Questions": record({"questions": many(ref("QuestionSummary")), "law": LAW}),
    "Question": {
        "allOf": [
            ref("QuestionSummary"),
            record(
                {
                    "uses": told(many(TEXT), "The questions that it uses."),
                    "provisions": many(TEXT),
                    "encoded": told(
                        by_name(many(many(DAY))),
                        "Per edition the spans of days whose law is encoded.",
                    ),
                    "facts": told(OPEN_OBJECT, "A JSON Schema (2020-12) of the facts."),
                    "computed": many(OPEN_OBJECT),
                    "presumed": many(OPEN_OBJECT),
                    "example": told(OPEN_OBJECT, "A request that can be sent as it stands."),
                    "law": LAW,
                }
            ),
        ]
    },
    "ProvisionSummary": record(
        {
            "id": TEXT,
            "title": TEXT,
            "citation": ref("Citation"),
            "evidence": EVIDENCE_TAG,
            "gist": told(TEXT, "The provision in our own words."),
            "answers": TEXT,
            "effect": EFFECT,
            "enacted": DAY,
            "in_force": told(
                IN_FORCE,
                "The days in force in the edition; null where the edition does not contain it.",
            ),
            "supersedes": many(TEXT),
            "superseded_by": many(TEXT),
            "href": TEXT,
        }
    ),
    "CalendarSummary": record(
        {
            "id": TEXT,
            "title": TEXT,
            "citation": ref("Citation"),
            "evidence": EVIDENCE_TAG,
            "enacted": DAY,
            "in_force": IN_FORCE,
            "kind": KIND,
            "series": TEXT,
            "supersedes": many(TEXT),
            "superseded_by": many(TEXT),
            "href": TEXT,
        }
    ),
    "Provisions": record(
        {
            "edition": TEXT,
            "as_of": DAY_OR_NONE,
            "provisions": many(ref("ProvisionSummary")),
            "calendars": many(ref("CalendarSummary")),
            "law": LAW,
        }
    ),
    "Provision": {
        "anyOf": [
            {
                "allOf": [
                    ref("ProvisionSummary"),
                    record(
                        {
                            "edition": TEXT,
                            "as_of": DAY,
                            "is_in_force": FLAG,
                            "unread": TEXT_OR_NONE,
                            "when": told(
                                by_name(many(OPEN_OBJECT)),
                                "The conditions of each path; one path is enough.",
                            ),
                            "parameters": by_name(OPEN_OBJECT),
                            "concludes": by_name(ANY),
                            "concludes_from": by_name(OPEN_OBJECT),
                            "informs": by_name(ANY),
                            "caution": TEXT_OR_NONE,
                            "next_steps": many(OPEN_OBJECT),
                            "introduces": many(OPEN_OBJECT),
                            "text": told(TEXT, "The text of the file."),
                            "law": LAW,
                        }
                    ),
                ]
            },
            {
                "allOf": [
                    ref("CalendarSummary"),
                    record(
                        {
                            "edition": TEXT,
                            "as_of": DAY,
                            "is_in_force": FLAG,
                            "periods": many(ref("Period")),
                            "text": TEXT,
                            "law": LAW,
                        }
                    ),
                ]
            },
        ]
    },
    "Changes": record(
        {
            "edition": TEXT,
            "from": DAY,
            "to": DAY,
            "changes": many(
                record(
                    {
                        "on": DAY,
                        "what": {
                            "type": "string",
                            "enum": ["came into force", "ended", "superseded", "new value"],
                        },
                        "id": TEXT,
                        "title": TEXT,
                        "kind": {"type": "string", "enum": ["provision", "calendar"]},
                        "citation": ref("Citation"),
                        "evidence": EVIDENCE_TAG,
                        "enacted": DAY,
                        "href": TEXT,
                        "answers": TEXT,
                        "effect": EFFECT,
                        "superseded_by": TEXT,
                        "parameter": told(TEXT, "The parameter that took another value."),
                        "unit": TEXT,
                        "value": ANY,
                    },
                    ["answers", "effect", "superseded_by", "parameter", "unit", "value"],
                )
            ),
            "law": LAW,
        }
    ),
    "Period": record(
        {
            "first": DAY,
            "last": told(DAY, "The last day, included."),
            "kind": KIND,
            "authority": TEXT,
            "url": TEXT,
            "evidence": EVIDENCE_TAG,
            "calendar": TEXT,
            "title": TEXT,
            "limited_to": TEXT,
            "note": TEXT,
        },
        ["url", "limited_to", "note"],
    ),
    "OpenEnrollment": record(
        {
            "edition": TEXT,
            "year": {"type": "integer"},
            "not_encoded": told(
                many(many(DAY)),
                "Spans of the year's days that nobody encoded; of these nothing is said.",
            ),
            "on": DAY,
            "is_open": told(
                {"type": ["boolean", "null"]}, "Null: for some only, or nobody found the text."
            ),
            "status": {
                "type": "string",
                "enum": ["open", "continuous", "limited", "unread", "closed"],
            },
            "next": told(
                {"anyOf": [ref("Period"), {"type": "null"}]},
                "The next open period; null where none is encoded.",
            ),
            "periods": many(ref("Period")),
            "cautions": told(many(TEXT), "Where another edition says otherwise, or cannot answer."),
            "law": LAW,
        },
        ["year", "not_encoded", "on", "is_open", "status", "next"],
    ),
    "EligibilityCalendar": record(
        {
            "question": TEXT,
            "asks": TEXT,
            "year": {"type": "integer"},
            "edition": TEXT,
            "says": TEXT,
            "set_aside": told(
                many(TEXT), "The fact that names the day, where it was sent; its value is not used."
            ),
            "eligible": many(ref("Interval")),
            "intervals": told(many(ref("Interval")), "All of the year, in order."),
            "law": LAW,
        }
    ),
    "Interval": record(
        {
            "first": DAY,
            "last": DAY_OR_NONE,
            "outcome": told(
                {"type": ["string", "null"], "enum": [*OUTCOMES, None]},
                "Null where the law is not encoded.",
            ),
            "because": TEXT,
            "cautions": many(TEXT),
            "grounds": many(OPEN_OBJECT),
            "needs": many(TEXT),
        },
        ["because", "cautions", "grounds", "needs"],
    ),
    "Health": record({"status": {"const": "alive"}}),
    "Readiness": record({"status": {"const": "ready"}, "checks": OPEN_OBJECT}),
}
