"""Running text that names numbers of the law: a gist, its words for a condition, a reading.

Apart from what reads YAML, which answers do not need.
"""

import re
from collections.abc import Mapping
from datetime import date

from app.law.facts import Value
from app.law.words import number_in_words, spelled

_GAP = re.compile(r"\{([^{}]*)\}")


def filled(text: str, values: Mapping[str, Value]) -> str:
    """A gist, its words for a condition or a reading with the numbers of the law in it, written out
    where it names their parameters: `within {clock} days`, within thirty days.
    """
    return _GAP.sub(lambda gap: spelled(values[gap[1]]) if gap[1] in values else gap[0], text)


def gaps(text: str) -> tuple[str, ...]:
    """The parameters that a gist or a reading names."""
    return tuple(_GAP.findall(text))


def written_out(text: str, value: Value) -> str | None:
    """How a text writes a number of the law out instead of naming its parameter; none where it
    does not.

    None, one and two are words of the language, too, so they do not count.
    """
    if isinstance(value, bool | str | date) or value in (0, 1, 2):
        return None
    for form in dict.fromkeys((spelled(value), number_in_words(value), str(value))):
        found = re.search(rf"(?<![\w.,-]){re.escape(form)}(?![\w-]|[.,]\d)", text, re.IGNORECASE)
        if found is not None:
            return found[0]
    return None
