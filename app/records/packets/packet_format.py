"""The format of a packet. Standard library only, so that others can verify packets with this
module.
"""

FORMAT = "determination-packet/1"
CONTENT = {
    "packet": ("format", "how_to_check", "record", "law", "inclusion", "seal"),
    "record": ("kind", "columns", "digest"),
    "void packet": ("format", "how_to_check", "record", "law", "inclusion", "seal", "void"),
    "void": ("record", "inclusion", "seal"),
    "columns of void": ("id", "determination", "because", "voided_at", "voided_by"),
    "columns of determination": (
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
LOG_PROOF = "log_proof"
"""The one member that a packet, and its void, may lack: a log that nobody signs has no proofs."""

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
HOW_TO_CHECK_VOID = (
    " The determination is void: void has the record that says so, with its inclusion and its "
    "seal, which are checked like those of the determination; void.record.columns.determination is "
    "columns.id."
)
"""What a packet says besides if its determination is void."""
HOW_TO_CHECK_LOG = (
    " log_proof is the proof that the record is in the transparency log, in the format "
    "c2sp.org/tlog-proof, with the log's signed head. `--policy FILE` checks its signatures; FILE "
    "names the keys of the log and its witnesses in the format c2sp.org/tlog-policy."
)
"""What a packet says besides if it has proofs of the log."""
