"""A lawbook kept on disk once it has been read, so that the next start need not parse the YAML.

It is used only where the law's text, the program that reads it and Python are those it was made
with, and where nobody but this user can have written it. Where it is missing, damaged or somebody
else's, the law is read from its files: that costs time and nothing else. See
docs/decisions/kept-lawbook.md.
"""

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

from app.law.lawbook import Lawbook, text_digest
from app.law.reading.rulesets import Sources, sources_in

AT_MOST = 8
"""How many are kept; one of an earlier text or program is soon of no use."""
DIGEST_BYTES = hashlib.sha256().digest_size
PLAIN = {("datetime", "date"), ("decimal", "Decimal")}
"""What a lawbook is made of beside the classes of this package."""


def open_kept_lawbook(rulesets: Path, kept: Path | None) -> Lawbook:
    """The law in a rulesets folder, from what the folder *kept* has of it where that can be used;
    where there is none yet, it is kept there, unless no folder is named.

    Raises:
        UnsoundLaw: something in it cannot be used; the error holds every complaint.
    """
    sources = sources_in(rulesets)
    file = kept / _name(rulesets.name, sources) if kept else None
    lawbook = _load(file) if file else None
    if lawbook is None:
        # Here, because what reads YAML is slow to import.
        from app.law.reading.library import lawbook_of

        lawbook = lawbook_of(sources, rulesets.name)
        if file:
            with suppress(OSError):
                _keep(lawbook, file)
    return lawbook


def _name(folder: str, sources: Sources) -> str:
    """A digest of everything that bears on what is read; the folder's name does, because complaints
    about the law start with it.
    """
    texts = {file: text or "" for file, text in sources.items()}
    program = sorted(Path(__file__).parent.parent.rglob("*.py"))
    parts = [folder, text_digest(texts), sys.version, version("ruamel.yaml")]
    contents = [*map(str.encode, parts), *(file.read_bytes() for file in program)]
    return hashlib.sha256(b"".join(hashlib.sha256(c).digest() for c in contents)).hexdigest()


def _load(file: Path) -> Lawbook | None:
    """The lawbook in a file; none where there is none, or none that may be used."""
    try:
        _require_own(file.parent.lstat(), stat.S_ISDIR)
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
            _require_own(os.fstat(opened.fileno()), stat.S_ISREG)
            digest, pickled = opened.read(DIGEST_BYTES), opened.read()
        if hashlib.sha256(pickled).digest() != digest:
            return None
        lawbook = _Unpickler(BytesIO(pickled)).load()
    except Exception:  # whatever is wrong with it, the law can be read from its own files
        return None
    return lawbook if isinstance(lawbook, Lawbook) else None


def _keep(lawbook: Lawbook, file: Path) -> None:
    """Write a lawbook into its file, whole at once, and remove the oldest beside it.

    Raises:
        OSError: it cannot be written, or the folder is not this user's alone.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_own(file.parent.lstat(), stat.S_ISDIR)
    assert lawbook.digest  # found once, and kept with it
    pickled = pickle.dumps(lawbook, pickle.HIGHEST_PROTOCOL)
    draft = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(hashlib.sha256(pickled).digest() + pickled)
    draft.replace(file)
    newest_first = sorted(file.parent.iterdir(), key=lambda one: -one.stat().st_mtime_ns)
    for old in newest_first[AT_MOST:]:
        old.unlink()


def _require_own(found: os.stat_result, is_kind: Callable[[int], bool]) -> None:
    """Nothing, where a file or folder belongs to this user and is closed to everybody else.

    Raises:
        PermissionError: it is not.
    """
    if not is_kind(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError


class _Unpickler(pickle.Unpickler):
    """Makes nothing but what a lawbook is made of: what was kept cannot run anything."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in PLAIN or module.startswith("app.law."):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a lawbook")
