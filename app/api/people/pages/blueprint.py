"""The blueprint of the pages, and how a page says who may see it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint

from app.access.principal import PUBLIC

SESSION = "session"
"""The permission of pages for anybody who is signed in."""
View = TypeVar("View", bound=Callable[..., Any])

pages = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/pages/static",
)


def public(view: View) -> View:
    """A page that anybody may see."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view
