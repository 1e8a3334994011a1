"""Who the present request is from.

Set before the view runs; a view reads it and never decides it.
"""

from typing import cast

from flask import g

from app.access.principal import ANYBODY, Principal


def principal() -> Principal:
    """Whoever makes the present request."""
    return cast(Principal, g.get("principal", ANYBODY))
