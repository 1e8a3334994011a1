"""Pages for people who write clients: the reference, and one page per type of problem.

Nothing comes from outside.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import orjson
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    render_template,
    send_from_directory,
)
from markupsafe import Markup, escape

from app.access.principal import PUBLIC
from app.api.docs.worked_example import WorkedExample
from app.api.http.answered.problem_types import PROBLEM_TYPES
from app.api.http.answered.responses import law_response
from app.api.http.operations import requires

STATIC = Path(__file__).parent / "static"
METHODS = ("get", "post", "patch", "delete")
_NO_BRACES = str.maketrans("", "", "{}")
_NAME = "documentation"

Document = dict[str, Any]


pages = Blueprint("documentation", __name__, template_folder="templates")
_QUOTED = re.compile(r"`([^`]+)`")


@pages.app_template_filter()
def worded(text: object) -> Markup:
    """A sentence as safe HTML, with code between backticks."""
    return Markup(_QUOTED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped before)


@dataclass(frozen=True)
class Documentation:
    """The OpenAPI document and the page made from it, each made when somebody first asks."""

    make: Callable[[], bytes]
    show: Callable[[], WorkedExample]

    @cached_property
    def openapi(self) -> bytes:
        """The OpenAPI document as JSON text."""
        return self.make()

    @cached_property
    def document(self) -> Document:
        """The OpenAPI document."""
        return cast(Document, orjson.loads(self.openapi))

    @cached_property
    def reference(self) -> bytes:
        """The reference page."""
        return render_template(
            "api/reference.html",
            info=self.document["info"],
            schemes=self.document["components"]["securitySchemes"],
            topics=_topics(self.document),
            example=self.show(),
            schemas=_schemas(self.document),
        ).encode()


def show_documentation(
    app: Flask, make: Callable[[], bytes], show: Callable[[], WorkedExample]
) -> None:
    """Serve the OpenAPI document and its pages."""
    app.extensions[_NAME] = Documentation(make, show)
    app.register_blueprint(pages)


def _documentation() -> Documentation:
    return cast(Documentation, current_app.extensions[_NAME])


@pages.get("/openapi.json")
@requires(PUBLIC)
def openapi_json() -> Response:
    """The OpenAPI document."""
    return law_response(_documentation().openapi)


@pages.get("/docs")
@requires(PUBLIC)
def docs() -> Response:
    """The reference: every operation, every schema, every fact."""
    return law_response(_documentation().reference, "text/html")


@pages.get("/docs/static/<file>")
@requires(PUBLIC)
def static(file: str) -> Response:
    """A file of the pages' own."""
    return send_from_directory(STATIC, file)


@pages.get("/problems")
@requires(PUBLIC)
def problems() -> str:
    """Every type of problem."""
    return render_template("api/problems.html", types=PROBLEM_TYPES.values())


@pages.get("/problems/<name>")
@requires(PUBLIC)
def problem(name: str) -> str:
    """What one type of problem means."""
    if name not in PROBLEM_TYPES:
        abort(404)
    return render_template("api/problem.html", type=PROBLEM_TYPES[name])


def _topics(document: Document) -> list[Document]:
    """The operations by topic, in the order of the tags; tags that say the same are one topic."""
    topics: dict[str, Document] = {}
    for tag in document["tags"]:
        title = tag["description"].removesuffix(".")
        anchor = f"about-{tag['name']}"
        topics.setdefault(title, {"title": title, "anchor": anchor, "operations": []})
    titles = {tag["name"]: tag["description"].removesuffix(".") for tag in document["tags"]}
    for operation in _operations(document):
        topics[titles[operation["tags"][0]]]["operations"].append(operation)
    return list(topics.values())


def _operations(document: Document) -> Iterator[Document]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                yield {
                    **operation,
                    "path": path,
                    "method": method.upper(),
                    "anchor": f"{method}-{path.strip('/').replace('/', '-').translate(_NO_BRACES)}",
                    "parameters": [*item.get("parameters", []), *operation.get("parameters", [])],
                }


def _schemas(document: Document) -> list[Document]:
    """Every schema with its members in rows; nested objects have full names."""
    shown = []
    for name, schema in document["components"]["schemas"].items():
        parts = [part for part in schema.get("allOf", []) if "properties" in part] or [schema]
        shown.append(
            {
                "name": name,
                "description": schema.get("description", ""),
                "rows": [row for part in parts for row in _rows(part)],
                "alternatives": [
                    _type(one) for one in schema.get("oneOf", schema.get("anyOf", []))
                ],
            }
        )
    return sorted(
        shown,
        key=lambda s: (
            s["name"].partition(".")[0] in ("Facts", "Asked", "CalendarAsked"),
            s["name"],
        ),
    )


def _rows(schema: Document, prefix: str = "") -> Iterator[Document]:
    required = set(schema.get("required", []))
    for part, inner in schema.get("properties", {}).items():
        name = f"{prefix}{part}"
        if inner.get("type") == "object" and "properties" in inner:
            yield from _rows(inner, f"{name}.")
        else:
            yield {
                "name": name,
                "type": _type(inner),
                "required": part in required,
                "description": inner.get("description", ""),
                "choices": inner.get("enum", []),
                "unit": inner.get("x-unit"),
            }


def _type(schema: Document) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "const" in schema:
        return f"“{schema['const']}”"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    kinds = schema.get("type", "any value")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{text} ({schema['format']})" if "format" in schema else text
