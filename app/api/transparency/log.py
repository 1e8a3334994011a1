"""The transparency log as C2SP tlog-tiles serves it: files that the sealing process wrote."""

from flask import Blueprint, Response

from app.access.principal import PUBLIC
from app.api.http.answered.responses import Problem
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service
from app.records.log.folder import LogFolder
from app.transparency.encoding import Malformed
from app.transparency.tiles import read_path

TEXT, BYTES = "text/plain", "application/octet-stream"
HEAD_SECONDS, TILE_SECONDS = 1, 31_536_000

blp = Blueprint("log", __name__, url_prefix="/v1/log")


def _folder() -> LogFolder:
    """The folder of the log.

    Raises:
        Problem: the settings name none.
    """
    folder = current_service().settings.log
    if folder is None:
        raise Problem("not-in-log", "This service has no transparency log.")
    return LogFolder(folder)


@blp.get("/checkpoint")
@Operation(
    permission=PUBLIC,
    returns={
        200: Content("The head, as a signed note in the format of tlog-checkpoint.", {TEXT: str})
    },
    problems=("not-in-log",),
)
def read_checkpoint() -> Response:
    """Read the signed head of the transparency log: how many records are sealed, and their root.

    Witnesses that have signed it stand below it.
    """
    try:
        head = _folder().head()
    except (OSError, Malformed):
        raise Problem("not-in-log", "The head of the log cannot be read.") from None
    if head is None:
        raise Problem("not-in-log", "The log has no head yet.")
    return Response(
        head.written(), mimetype=TEXT, headers={"Cache-Control": f"max-age={HEAD_SECONDS}"}
    )


@blp.get("/tile/<path:tile>")
@Operation(
    permission=PUBLIC,
    returns={200: Content("The hashes of the tile, 32 bytes each.", {BYTES: str})},
    problems=("not-in-log",),
)
def read_tile(tile: str) -> Response:
    """Read a tile of the transparency log's tree, in the format of tlog-tiles.

    From tiles anyone can compute the proof that a record is in the log, and that one head goes on
    from another. Tiles hold hashes only.
    """
    try:
        content = _folder().read(read_path(f"tile/{tile}"))
    except (OSError, Malformed):
        raise Problem("not-in-log", "The log has no such tile.") from None
    return Response(
        content,
        mimetype=BYTES,
        headers={"Cache-Control": f"public, max-age={TILE_SECONDS}, immutable"},
    )
