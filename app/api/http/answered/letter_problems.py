"""The problem types of letters."""

from app.api.http.answered.problem_type import ProblemType

LETTER_PROBLEMS = (
    ProblemType(
        "no-letter",
        404,
        "There is no letter yet",
        "Name another step, or none.\n"
        "Decisions, corrections, requests for papers and withdrawals have a letter.",
    ),
    ProblemType(
        "unknown-letter",
        404,
        "Unknown letter",
        "POST /v1/letters/search lists the letters that you may see.",
    ),
    ProblemType(
        "no-letters",
        404,
        "No letters to send",
        "Make letters first.\nA letter waits until you note the day on which it was sent.",
    ),
    ProblemType(
        "letter-state",
        409,
        "The letter is at another step",
        "Read the letter first.\n"
        "You can note once that a letter was sent, and then once that it came back.",
    ),
    ProblemType(
        "language-missing",
        422,
        "No such language here",
        "Send `en` or another one.\nThis server has no text in the language that you sent.",
    ),
    ProblemType(
        "letter-unprintable",
        422,
        "A character cannot be printed",
        "Correct the name, or ask the operator to install a font for it.\n"
        "The service makes no PDF in which a box takes the place of a character.",
    ),
    ProblemType(
        "pdf-unavailable",
        503,
        "This server cannot make PDFs",
        "Ask the operator to install Pango and the fonts.\n"
        "You can read and print the letter as a page.",
    ),
)
