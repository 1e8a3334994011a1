"""Whether the fonts of this machine have a glyph for every letter: a box in the place of a name is
worse than no letter.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FIRST = ("NotoSans-Regular", "NotoSansArabic-Regular", "NotoSansLao-Regular", "KhmerOS")
"""Fonts looked at before all others: most letters need no more."""
_NO_GLYPH = {"Zs", "Zl", "Zp", "Cf", "Cc"}


def unprintable(text: str) -> list[str]:
    """The letters of a text that no font has, each once, in their order."""
    missing = {each for each in text if unicodedata.category(each) not in _NO_GLYPH}
    for file in _files():
        if not missing:
            break
        missing = {each for each in missing if ord(each) not in _covered(file)}
    return [each for each in dict.fromkeys(text) if each in missing]


@cache
def _files() -> tuple[Path, ...]:
    """The font files of the machine; those that letters mostly need come first."""
    found = [path for folder in FOLDERS for path in sorted(folder.rglob("*"))]
    fonts = [path for path in found if path.suffix.lower() in (".ttf", ".otf", ".ttc")]
    return tuple(sorted(fonts, key=lambda path: (path.stem not in FIRST, path.name)))


@cache
def _covered(file: Path) -> frozenset[int]:
    """The code points for which a font file has glyphs."""
    return frozenset(point for cmap in _cmaps(file) for point in cmap)


def _cmaps(file: Path) -> Iterator[dict[int, str]]:
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        if file.suffix.lower() == ".ttc":
            with TTCollection(file, lazy=True) as several:
                yield several.fonts[0].getBestCmap() or {}
        else:
            with TTFont(file, lazy=True) as font:
                yield font.getBestCmap() or {}
    except (TTLibError, OSError):
        return
