"""A new log in place of one that cannot go on, since the database lost records that it has.

The new log has another name and another key, so that nobody takes it for the old one. Its files say
how the old one ended, signed by both keys. Each step can be repeated after an interruption; the old
log's files stay beside the new ones.
"""

import shutil
from pathlib import Path

from app.records.log.folder import LogFolder
from app.records.log.growing import LogBroken, grow, last_checkpoint, leaves_from
from app.records.store import Store
from app.transparency.checkpoints import Checkpoint
from app.transparency.encoding import HASH_BYTES, Malformed
from app.transparency.endings import Ending
from app.transparency.key_files import create_key, read_key
from app.transparency.keys import ED25519, PrivateKey, new_private_key
from app.transparency.notes import Signature, signed, with_signatures
from app.transparency.tiles import WIDTH, tile_of
from app.transparency.tree import Edge


def _beside(path: Path, name: str) -> Path:
    return path.with_name(f"{path.name}.{name}")


def is_half_begun(folder: LogFolder) -> bool:
    """Whether a new log is ready to take the place of the one in a folder."""
    return _beside(folder.path, "new").exists()


def shared(store: Store, folder: LogFolder, head: Checkpoint) -> Edge:
    """The tree over the first records that the log and the database both have.

    Raises:
        LogBroken: a tile of the log is missing or torn.
        RecordsUnavailable: the database is unavailable.
    """
    edge = Edge()
    for index in range((head.size + WIDTH - 1) // WIDTH):
        tile = tile_of(0, index, head.size)
        try:
            content = folder.read(tile)
        except FileNotFoundError:
            raise LogBroken(f"{tile.path()} is missing") from None
        logged = [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
        if len(logged) != tile.width:
            raise LogBroken(f"{tile.path()} is torn")
        there = leaves_from(store, index * WIDTH + 1, tile.width)
        alike = 0
        while alike < min(len(there), len(logged)) and there[alike] == logged[alike]:
            alike += 1
        edge = edge.extended(logged[:alike])
        if alike < tile.width:
            break
    return edge


def next_name(folder: LogFolder, base: str) -> str:
    """The name of the log after the one in a folder, of an installation whose first log had a name.

    Raises:
        OSError: the folder cannot be read.
    """
    return f"{base}/{len(list(folder.endings())) + 2}"


def begin_anew(
    store: Store,
    folder: LogFolder,
    key_file: Path,
    begun: PrivateKey,
    ending: Ending,
) -> None:
    """Make the new log ready beside the old one; `take_place` ends it.

    Raises:
        LogBroken: the old key did not sign the old head.
        RecordsUnavailable: the database is unavailable.
        OSError: a file cannot be written.
    """
    old = read_key(key_file)
    if last_checkpoint(folder, old.public) != ending.ended:
        raise LogBroken("The head of the log is another one than before")
    part = LogFolder(_beside(folder.path, "part"))
    shutil.rmtree(part.path, ignore_errors=True)
    note = signed(ending.text(), begun)
    line = Signature(old.name, old.public.id, old.signature(note.text))
    both = with_signatures(note, [line])
    part.write_endings([*(content for _, content in folder.endings()), both.written().encode()])
    for _ in grow(store, part, begun):
        pass
    part.path.rename(_beside(folder.path, "new"))


def new_key(key_file: Path, name: str) -> PrivateKey:
    """The key of the new log, in a file beside the old key.

    Raises:
        OSError: it cannot be written.
        Malformed, OpenToOthers: the file of an interrupted attempt holds none.
    """
    file = _beside(key_file, "new")
    if file.exists() and read_key(file).name != name:
        raise Malformed(f"{file} is the key of another log")
    if not file.exists():
        create_key(file, new_private_key(name, ED25519))
    return read_key(file)


def take_place(folder: LogFolder, key_file: Path) -> Path:
    """Let the new log take the place of the old one; where the old one's files are from then on.
    The old key is overwritten: nothing more can be signed under the old name.

    Raises:
        OSError: a file cannot be moved.
    """
    new, key = _beside(folder.path, "new"), _beside(key_file, "new")
    number = len(list(LogFolder(new).endings()))
    ended = _beside(folder.path, str(number))
    if key.exists():
        key.replace(key_file)
    if folder.path.exists() and not ended.exists():
        folder.path.rename(ended)
    new.rename(folder.path)
    return ended
