"""The types of problems that only administrators and auditors meet."""

from app.api.http.answered.problem_type import ProblemType

ADMINISTERING = (
    ProblemType(
        "last-administrator",
        409,
        "The last administrator",
        "Give the role to another person first.\n"
        "No other enabled account may change accounts. The service changed nothing.",
    ),
    ProblemType(
        "grant-proposed",
        409,
        "Another change waits for a second person",
        "Wait until it is decided, or withdraw it.\n"
        "A change of this account, key or client is proposed already. GET /v1/approvals lists it.",
    ),
    ProblemType(
        "own-account",
        403,
        "Your own account",
        "Ask somebody else to do it.\n"
        "You cannot change the role or the organization of your own account.",
    ),
    ProblemType(
        "no-password",
        409,
        "The account has no password",
        "The person signs in through the identity provider.",
    ),
    ProblemType(
        "no-second-factor",
        409,
        "The account has no second factor",
        "There is nothing to reset. The person sets up a second factor at the next sign-in, where "
        "the service requires one.",
    ),
    ProblemType(
        "reset-proposed",
        409,
        "A reset waits already",
        "GET /v1/approvals lists it. A second administrator approves it.",
    ),
    ProblemType(
        "unknown-verification",
        404,
        "Unknown verification",
        "GET /v1/verifications lists them.",
    ),
    ProblemType(
        "verification-running",
        409,
        "A verification is running",
        "Wait until it ends. GET /v1/verifications shows how far it is.",
    ),
    ProblemType(
        "too-much-to-export",
        409,
        "Too many entries to export",
        "Search for fewer days, and export each part by itself.",
    ),
)
