"""The check digit of a number, by the method of Damm. It notices each single wrong digit, and each
two neighbors that changed places.
"""

_TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""A row for each digit so far, a column for the next; a whole number with its check digit ends in
0 (H. M. Damm, 2004).
"""


def check_digit(digits: str) -> str:
    """The digit to put behind others."""
    so_far = "0"
    for digit in digits:
        so_far = _TABLE[int(so_far)][int(digit)]
    return so_far


def is_whole(digits: str) -> bool:
    """Whether the last of some digits is the check digit of those before it."""
    return check_digit(digits) == "0"
