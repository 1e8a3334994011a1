"""The gist of a provision with its marks: `[has granted a waiver](#granted)` says which words the
condition `granted` encodes, so that no condition repeats them.
"""

import re

from app.law.reading.yaml_source import Item

_MARK = re.compile(r"\[|\](?:\(([^()]*)\))?")
_IDS = re.compile(r"#[a-z0-9-]+( #[a-z0-9-]+)*")


def read_gist(item: Item) -> tuple[str, dict[str, str]]:
    """The gist without its marks, and the marked words by the id of the condition.

    A mark may stand in another one, and may name several conditions. A complaint is a bracket that
    belongs to no mark, and a condition that two marks name.
    """
    written, text, at = item.text(), "", 0
    opened: list[int] = []
    marks: dict[str, str] = {}
    for found in _MARK.finditer(written):
        text += written[at : found.start()]
        at = found.end()
        if found[0] == "[":
            opened.append(len(text))
            continue
        if not opened or found[1] is None or not _IDS.fullmatch(found[1]):
            raise item.refuse(f"{found[0]} ends no mark; a mark is [words](#condition)")
        words = text[opened.pop() :]
        for id in found[1].replace("#", "").split():
            if id in marks:
                item.refuse(f"the gist marks words for {id} twice")
            marks[id] = words
    if opened:
        raise item.refuse("a mark of the gist is not closed; a mark is [words](#condition)")
    return text + written[at:], marks
