"""The format of a packet. Standard library only, so that others can verify packets with this
module.
"""

FORMAT = "determination-packet/1"
CONTENT = {
    "packet": ("format", "how_to_check", "record", "law", "inclusion", "seal"),
    "record": ("kind", "columns", "digest"),
    "columns": (
        "id",
        "decided_at",
        "question",
        "as_of",
        "edition",
        "outcome",
        "subject",
        "law_digest",
        "request",
        "document",
        "author",
        "organization",
        "replaces",
        "made_by",
    ),
    "law": ("digest", "texts"),
    "inclusion": ("sequence", "path"),
    "step": ("side", "hash"),
    "seal": ("number", "first", "count", "sealed_at", "root", "previous", "chain"),
}
"""The members of each part, all of them there and no others."""

HOW_TO_CHECK = (
    "Run `python -m app.verify packet.json --root ROOT`, where ROOT is the root of this seal as "
    "published or kept elsewhere. This file and the program are enough, without database or "
    "network. By hand: record.digest is the SHA-256 of `name:length:text` of `kind` and then of "
    "every column in the order of their names (length in bytes; `null` and no text where there is "
    "no value; made_by is left out where it has none). The leaf is the SHA-256 of a zero byte and "
    "`kind:id:digest`; each step of inclusion.path is the SHA-256 of a one byte, the left and the "
    "right hash; the last one is seal.root. seal.chain is the digest of a record of the kind "
    "`seal` with the columns count, first, number, previous, root and sealed_at. law.digest is "
    "`sha256:` and the SHA-256 of `length:name` and `length:text` of every file in the order of "
    "their names. columns.document is the determination exactly as issued, columns.request the "
    "request it answers. The version of the program that columns.made_by names, deciding the "
    "request again under law.texts, gives the document to the byte; other versions give the same "
    "outcome, conclusions and statuses."
)
