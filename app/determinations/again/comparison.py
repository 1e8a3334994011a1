"""Two determinations of the same question: which facts and which provisions differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.determinations.telling.wording import Document

Texts = Mapping[str, str]
WEIGHED = ("status", "concludes", "leads")
"""What a provision contributes to an outcome.

Where nothing of this changed, it makes no difference: whether it is decisive follows from what all
of them do.
"""
TOLD = ("status", "decisive", "concludes", "leads")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a determination says of one provision, and for which question."""

    question: str
    reason: Mapping[str, Any]

    def weighed(self) -> tuple[object, ...]:
        return tuple(self.reason.get(name) for name in WEIGHED)

    def document(self) -> Document:
        members: Document = {name: self.reason[name] for name in TOLD if name in self.reason}
        members["findings"] = [
            {
                "condition": finding.get("condition"),
                "status": finding.get("status"),
                "says": finding.get("says"),
            }
            for finding in self.reason.get("findings", ())
        ]
        return members


def _reasons(determination: Mapping[str, Any]) -> Iterator[tuple[str, _Told]]:
    """Every provision that a determination tells of, those of the questions it uses too."""
    for reason in determination.get("reasons", ()):
        yield reason["provision"], _Told(determination["question"], reason)
        for finding in reason.get("findings", ()):
            if "determination" in finding:
                yield from _reasons(finding["determination"])


def differing_facts(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Document]:
    """The facts that two determinations, given as documents, were told otherwise, in the order of
    their names. Where a fact was not stated, that side is left out.
    """
    old, new = then.get("facts", {}), now.get("facts", {})
    found = []
    for name in sorted({*old, *new}):
        sides = {side: of[name] for side, of in (("then", old), ("now", new)) if name in of}
        if len(sides) < 2 or sides["then"] != sides["now"]:
            found.append({"fact": name, **sides})
    return found


def differing_provisions(
    then: Mapping[str, Any],
    now: Mapping[str, Any],
    text_then: Texts | None,
    text_now: Texts | None,
) -> list[Document]:
    """The provisions that make the difference between two determinations, given as documents, in
    the order in which the determinations have them.

    These are those that do something else than before, that stand in one of the two only, and
    decisive ones whose text was changed. Without one of the texts nothing is said of texts.
    """
    old, new = dict(_reasons(then)), dict(_reasons(now))
    found = []
    for provision in [*new, *(name for name in old if name not in new)]:
        was, is_now = old.get(provision), new.get(provision)
        changed = _changed(f"{provision}.yaml", text_then, text_now)
        if _makes_a_difference(was, is_now, changed):
            found.append(_difference(provision, was, is_now, changed))
    return found


def _changed(file: str, then: Texts | None, now: Texts | None) -> bool | None:
    return None if then is None or now is None else then.get(file) != now.get(file)


def _makes_a_difference(was: _Told | None, is_now: _Told | None, changed: bool | None) -> bool:
    if was is None or is_now is None or was.weighed() != is_now.weighed():
        return True
    return bool(changed) and bool(was.reason.get("decisive"))


def _difference(
    provision: str, was: _Told | None, is_now: _Told | None, changed: bool | None
) -> Document:
    told = is_now or was
    assert told is not None
    stands_in = "both" if was and is_now else "then" if was else "now"
    return {
        "id": provision,
        "title": told.reason.get("title"),
        "question": told.question,
        "told": stands_in,
        "text_changed": changed,
        "then": was.document() if was else None,
        "now": is_now.document() if is_now else None,
    }


def changed_files(then: Texts, now: Texts) -> Document:
    """The files in which two texts of the law differ."""
    return {
        "changed": sorted(file for file in then if file in now and then[file] != now[file]),
        "added": sorted(file for file in now if file not in then),
        "removed": sorted(file for file in then if file not in now),
    }
