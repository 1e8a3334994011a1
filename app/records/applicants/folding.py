"""Names as they are compared: what differs between two ways of writing one name is left out.

Case, accents, apostrophes, hyphens and spaces do not matter, nor does a dot over an i. Marks are
left out only where a name is often written without them: in Latin and Greek letters, and the vowel
points of Hebrew and Arabic. In other scripts a mark is part of the letter, so it counts.
"""

import unicodedata
from collections.abc import Callable

_BARE = ("LATIN ", "GREEK ", "HEBREW ", "ARABIC ")
"""Scripts whose letters are the same with and without marks, by the names of their characters."""
_LETTERS = str.maketrans(
    {
        "ı": "i",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ø": "o",
        "ħ": "h",
        "ŧ": "t",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ʼ": "",
        "ʻ": "",
        "ʽ": "",
        "ʾ": "",
        "ʿ": "",
        "ʹ": "",
        "ʺ": "",
        "ꞌ": "",
        "ـ": "",
        "`": "",
    }
)
"""Letters that no decomposition leads back to plain ones, and letters that serve as apostrophes."""
_YO = ("\u0308", "е")
"""The mark of the Russian ё, and the letter under it: in names it is mostly left out."""
TOGETHER = 3
"""So many neighboring words of a name are also found written as one, as in “Delacruz”."""
_APART, _DASH = ("P", "Z"), "Pd"
"""The categories of what stands between words; apostrophes are among them, dashes a part."""
_BETWEEN = ("P", "Z", "C")
"""First letters of the categories of what stands between letters, or is not seen."""


def folded(name: str) -> str:
    """A name as it is compared; empty where it has no letter, digit or sign."""
    text = name
    for _ in range(3):  # what casing makes may decompose, and what that makes may have a case
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept: list[str] = []
    base_is_bare = True  # a mark without a letter before it counts for nothing
    for letter in unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text)):
        category = unicodedata.category(letter)
        if category[0] in _BETWEEN:
            continue
        if category == "Mn":
            if not base_is_bare and (letter, kept[-1]) != _YO:
                kept.append(letter)
            continue
        base_is_bare = unicodedata.name(letter, "").startswith(_BARE)
        kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept))


def parts_of(name: str) -> frozenset[str]:
    """What a name is found by in part: each of its words, and neighboring words written as one, as
    they are compared.
    """
    words = _words(name, lambda category: category[0] in _APART)
    return frozenset(
        "".join(words[start : start + length])
        for length in range(1, TOGETHER + 1)
        for start in range(len(words) - length + 1)
    )


def words_of(sought: str) -> frozenset[str]:
    """The words that somebody searches a name by, as they are compared. An apostrophe stands within
    a word.
    """
    return frozenset(_words(sought, lambda category: category[0] == "Z" or category == _DASH))


def _words(name: str, is_apart: Callable[[str], bool]) -> list[str]:
    spaced = (" " if is_apart(unicodedata.category(letter)) else letter for letter in name)
    return [word for word in map(folded, "".join(spaced).split()) if word]
