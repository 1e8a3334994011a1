"""The grammar that a text of the law is written in: what its files may hold, and how that is read.

The number stands in the text itself, so that the digest of the law covers it. It is found without
the reader of the other files, since that is what it tells apart.
"""

import re
from collections.abc import Mapping

GRAMMAR = 1
"""The grammar that this program reads. Raise it, here and in the rulesets, with each change after
which a text that was stored before is not read any more, or is read as something else.
"""
FILE = "grammar.yaml"
_NUMBER = re.compile(r"^grammar: ([0-9]{1,9})$", re.MULTILINE)


def grammar_of(texts: Mapping[str, str | None]) -> int | None:
    """The number of the grammar that a text of the law is written in.

    A text without the file is of the first; None where the file holds no number.
    """
    if FILE not in texts:
        return 1
    found = _NUMBER.search(texts[FILE] or "")
    return int(found[1]) if found else None
