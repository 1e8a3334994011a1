"""Dotted names: `enrollment.requested_on` is what a fact is called everywhere, and its path where
facts are objects in one another.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}")
"""The name of a fact or question."""
DEEPEST = 4
"""The parts a name may have."""


def is_beginning(shorter: str, longer: str) -> bool:
    """Whether one name is the path to an object in which the other stands."""
    return longer.startswith(f"{shorter}.")


def nest(flat: Mapping[str, object]) -> dict[str, Any]:
    """What stands under whole names, as objects in one another."""
    root: dict[str, Any] = {}
    for name, value in flat.items():
        *parents, last = name.split(".")
        at = root
        for parent in parents:
            at = at.setdefault(parent, {})
        at[last] = value
    return root


def walk(
    nested: Mapping[str, object], before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Each value of objects in one another with the keys that lead to it, in order.

    A key may be a whole name. What lies deeper than a name can reach is a value, and so is an empty
    object.
    """
    for key, value in nested.items():
        keys = (*before, key)
        if isinstance(value, dict) and value and len(keys) < DEEPEST:
            yield from walk(value, keys)
        else:
            yield keys, value
