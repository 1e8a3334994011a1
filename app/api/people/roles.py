"""The roles: what each may do, and which stored determinations it sees."""

from flask import Blueprint, Response

from app.api.http.answered.responses import json_response
from app.api.http.asked.authentication import authenticator
from app.api.http.operations import Content, Operation
from app.api.people.answers import RolesAnswer, roles_answer

blp = Blueprint("roles", __name__, url_prefix="/v1/roles")


@blp.get("")
@Operation(
    permission="accounts.read",
    returns={200: Content("The roles and what each permission allows.", RolesAnswer)},
)
def list_roles() -> Response:
    """List the roles with their permissions."""
    return json_response(roles_answer(authenticator().roles))
