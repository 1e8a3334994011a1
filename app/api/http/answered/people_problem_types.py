"""The problem types of accounts, organizations, approvals and numbers."""

from app.api.http.answered.problem_type import ProblemType

PEOPLE_TYPES = (
    ProblemType("unknown-account", 404, "Unknown account", "GET /v1/accounts lists the accounts."),
    ProblemType(
        "name-taken",
        409,
        "Sign-in name already in use",
        "Choose another sign-in name.\n"
        "Upper and lower case are the same. A person of the identity provider has one account.",
    ),
    ProblemType(
        "unknown-number",
        404,
        "Unknown number",
        "Ask for the number again, or search by the reference.\n"
        "No record has it, or none that you may read. The service does not say which.",
    ),
    ProblemType(
        "number-mistyped",
        422,
        "Mistyped number",
        "Ask for the number again.\n"
        "A number has twelve digits. The last one depends on the others, and it does not fit.",
    ),
    ProblemType("unknown-approval", 404, "Unknown approval", "GET /v1/approvals lists open ones."),
    ProblemType(
        "approval-over",
        409,
        "The approval is over",
        "Read it to see what became of it. To try again, propose it again.\n"
        "Somebody approved, refused or withdrew it, or its time is over.",
    ),
    ProblemType(
        "effect-changed",
        409,
        "The proposal is out of date",
        "Read what it is about, and propose it again.\n"
        "Both people must see the same. What it is about changed after the first one saw it.",
    ),
    ProblemType(
        "not-yet",
        409,
        "It cannot be approved yet",
        "Wait until the day that the problem names, and try again.\n"
        "What is marked for disposal waits for some days, so that somebody can stop it.",
    ),
    ProblemType(
        "unknown-disposal", 404, "Unknown disposal", "GET /v1/disposals lists what was marked."
    ),
    ProblemType(
        "second-person-needed",
        403,
        "A second person must decide",
        "Ask somebody else with the same role.\n"
        "You cannot approve what you proposed. Nor can a person approve whose account or key the "
        "proposer made or changed. Only the proposer can withdraw.",
    ),
    ProblemType(
        "unknown-organization",
        404,
        "Unknown organization",
        "GET /v1/organizations lists all of them.",
    ),
    ProblemType(
        "organization-taken",
        409,
        "Organization id already in use",
        "Choose another id, or use the organization that there is.\n"
        "No two ids differ in upper and lower case alone.",
    ),
)
"""They stand among all others in `problem_types`."""
