"""The style sheet, script, fonts and pictures of the pages, under addresses that name their
content, so that browsers keep them for ever.

The U.S. Web Design System is installed beside Python's packages (bin/install). Where it is not, the
pages work unstyled and say so.
"""

import gzip
import hashlib
import sys
from functools import cache
from pathlib import Path

from flask import Response, abort, request, send_from_directory, url_for

from app.access.principal import PUBLIC
from app.api.http.operations import requires
from app.console.guard import pages

OWN = Path(__file__).parent / "static"
DESIGN_SYSTEM = Path(sys.prefix) / "uswds" / "node_modules" / "@uswds" / "uswds" / "dist"
LOCK = Path(__file__).parent / "uswds" / "package-lock.json"
FOLDERS = frozenset({"css", "fonts", "img", "js"})
"""What browsers ask for of the design system; the rest is for those who build on it."""
PACKED = frozenset({".css", ".js", ".svg"})
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def current_version() -> str:
    """A digest of everything that is served here."""
    files = [LOCK, *sorted(OWN.iterdir())]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


@cache
def is_styled() -> bool:
    """Whether the design system is installed."""
    return (DESIGN_SYSTEM / "css" / "uswds.min.css").is_file()


@cache
def _packed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 9, mtime=0)


@pages.get("/assets/<version>/<path:file>", endpoint="asset")
@requires(PUBLIC)
def send_asset(version: str, file: str) -> Response:
    """A file of the pages' own, or below `uswds/` one of the design system."""
    if version != current_version():
        abort(404)
    place, _, rest = file.partition("/")
    folder = OWN
    if place == "uswds":
        folder, file = DESIGN_SYSTEM, rest
        if rest.partition("/")[0] not in FOLDERS:
            abort(404)
    response = send_from_directory(folder, file)
    if Path(file).suffix in PACKED:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0 and response.status_code == 200:
            response.direct_passthrough = False
            response.set_data(_packed(folder / file))
            response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = FOR_EVER
    return response


@pages.app_context_processor
def asset_context() -> dict[str, object]:
    """What templates need to name assets."""
    return {
        "is_styled": is_styled(),
        "asset": lambda file: url_for("pages.asset", version=current_version(), file=file),
    }
