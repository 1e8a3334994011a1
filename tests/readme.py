"""What the documents ask a reader to type, and the results that they show."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
AMENDING = ROOT / "docs" / "amending.md"
DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str, document: Path = README) -> list[str]:
    """A document's blocks of one language, in order."""
    return [
        text
        for kind, text in _BLOCK.findall(document.read_text(encoding="utf-8"))
        if kind == language
    ]


def traced_key_file() -> Path:
    """The file that holds the key which the README's request sends."""
    curl = next(block for block in blocks("sh") if block.startswith("curl"))
    header = re.search(r'-H "Authorization: Bearer \$\(cat (\S+)\)"', curl)
    assert header is not None
    return ROOT / header[1]


def traced_request() -> tuple[str, bytes]:
    """The path and the body of the request that the README shows."""
    curl = next(block for block in blocks("sh") if block.startswith("curl"))
    address, body = (
        re.search(r"http://127\.0\.0\.1:8000([^\s\"]+)", curl),
        re.search(r"-d '(.*)'", curl, re.DOTALL),
    )
    assert address is not None
    assert body is not None
    return address[1], body[1].encode()


def traced_answer() -> Any:
    """The abbreviated answer that the README shows."""
    return json.loads(blocks("json")[0])


def amendment() -> tuple[str, str]:
    """The provision and the case file of the worked amendment."""
    provision, cases = blocks("yaml", AMENDING)
    return provision, cases


def contained(shown: Any, answered: Any, at: str = "") -> list[str]:
    """Where an abbreviated answer differs from the whole one: members may be left out, of lists
    too, but not moved.
    """
    if isinstance(shown, dict) and isinstance(answered, dict):
        missing = [f"{at}/{name} is not there" for name in shown if name not in answered]
        return missing + [
            d
            for name in shown
            if name in answered
            for d in contained(shown[name], answered[name], f"{at}/{name}")
        ]
    if isinstance(shown, list) and isinstance(answered, list) and shown:
        rest = iter(answered)
        return [
            f"{at}/{number} is not there, or not in this order"
            for number, member in enumerate(shown)
            if not any(contained(member, other) == [] for other in rest)
        ]
    return [] if shown == answered else [f"{at} is {answered!r}, not {shown!r}"]
