"""What a page says where somebody else changed a thing meanwhile."""

from app.console.actors import last_change
from app.console.words import moment


def stale_notice(kind: str, id: str, prefix: str) -> str:
    """Who changed a thing, when, and what to do."""
    found = last_change(kind, id, prefix)
    who = "Somebody changed this" if found is None else f"{found[0]} changed this"
    when = "" if found is None else f" on {moment(found[1])}"
    return (
        f"{who}{when}, after you opened the page. We changed nothing. Below is what you entered. "
        "Compare it with the present state, and send it again if it still applies."
    )
