"""Who did something, in words."""

from app.api.http.asked.authentication import authenticator
from app.api.people.current import people
from app.records.identity import is_id
from app.records.machines.credentials import UnknownCredential


def actor_words(actor: str) -> str:
    """An actor of the records as people know them: a sign-in name, the name of a key. Only for
    those who may see who acted.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    kind, _, id = actor.partition(":")
    if kind == "command":
        return f"{id} on the command line"
    if not is_id(id):
        return actor
    if kind == "account":
        account = people().accounts.find(id)
        return actor if account is None else account.name
    if kind not in ("key", "client"):
        return actor
    try:
        return f"the {kind} {authenticator().credentials.find(id).name}"
    except UnknownCredential:
        return actor
