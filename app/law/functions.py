"""The functions that computed facts and conclusions may use: their names, what they take and what
they give.

What they compute stands in `app.determinations.derive`; a test holds the two lists against each
other.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["day", "integer", "number", "series", "span", "any"]


@dataclass(frozen=True)
class Signature:
    """What a function takes, in order (the last kind repeats where *variadic*), and the type it
    gives.
    """

    takes: tuple[Kind, ...]
    gives: Kind
    variadic: bool = False
    concludes_only: bool = False

    def kind_of(self, index: int) -> Kind | None:
        """The kind of an argument, or none where there may be no such argument."""
        if index < len(self.takes):
            return self.takes[index]
        return self.takes[-1] if self.variadic else None


FUNCTIONS: dict[str, Signature] = {
    "days_between": Signature(("day", "day"), "integer"),
    "whole_years_between": Signature(("day", "day"), "integer"),
    "whole_months_between": Signature(("day", "day"), "integer"),
    "sum": Signature(("number", "number"), "number", variadic=True),
    "product": Signature(("number", "number"), "number", variadic=True),
    "difference": Signature(("number", "number"), "number"),
    "ratio": Signature(("number", "number"), "number"),
    "percent": Signature(("number", "number"), "number"),
    "largest": Signature(("number", "number"), "number", variadic=True),
    "smallest": Signature(("number", "number"), "number", variadic=True),
    "latest": Signature(("day", "day"), "day", variadic=True),
    "earliest": Signature(("day", "day"), "day", variadic=True),
    "days_after": Signature(("day", "integer"), "day"),
    "days_before": Signature(("day", "integer"), "day"),
    "years_after": Signature(("day", "integer"), "day"),
    "months_after": Signature(("day", "integer"), "day"),
    "first_of_next_month": Signature(("day",), "day"),
    "first_of_month_by_cutoff": Signature(("day", "integer"), "day"),
    "end_of_year": Signature(("day", "integer"), "day"),
    "first_of_year": Signature(("day", "integer"), "day"),
    "rule_year_start": Signature(("day", "integer", "integer"), "day"),
    "next_anniversary": Signature(("day", "day"), "day"),
    "days_until_next_period": Signature(("series", "day"), "integer"),
    "next_period": Signature(("series", "day"), "span", concludes_only=True),
    "period_of": Signature(("series", "day"), "span", concludes_only=True),
    "span": Signature(("day", "day"), "span", concludes_only=True),
    "value": Signature(("any",), "any", concludes_only=True),
}
