"""The files of a rulesets folder, as they stand there."""

from collections.abc import Mapping
from pathlib import Path

Sources = Mapping[str, str | None]
"""Files by their path in the folder: what they hold, or nothing where that is not UTF-8 text."""


def sources_in(folder: Path) -> Sources:
    """Every file of the law in a folder."""
    return {
        path.relative_to(folder).as_posix(): _text(path)
        for path in folder.rglob("*.yaml")
        if path.is_file()
    }


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
