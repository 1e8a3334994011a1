"""Letters as PDF, tagged for screen readers.

WeasyPrint takes more than a second to import and needs Pango, so it is imported where somebody asks
for a PDF.
"""

import io
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.letters.fonts import unprintable
from app.letters.letter import Statement
from app.letters.page import Addressed, document

STYLE = Path(__file__).parent / "letter.css"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-core fonts-noto-cjk fonts-khmeros"
"""What Debian calls the parts that PDFs need."""


class NoPango(Exception):
    """The machine lacks the library that lays out text; the message says what to install."""


class Unprintable(Exception):
    """A letter holds characters that no font of the machine has."""

    def __init__(self, characters: Sequence[str]) -> None:
        super().__init__("no font has " + ", ".join(f"U+{ord(each):04X}" for each in characters))
        self.characters = tuple(characters)


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError:
        raise NoPango(f"Install the Debian packages {PACKAGES}.") from None
    return weasyprint


def pdf_of(letters: Iterable[Addressed], statements: Sequence[Statement]) -> bytes:
    """A PDF of letters, each on pages of its own.

    Raises:
        NoPango: the machine cannot make PDFs.
        Unprintable: a character would be shown as a box.
    """
    weasyprint, several = _weasyprint(), list(letters)
    characters = "".join(_characters(each) for each in several)
    if missing := unprintable(characters + "".join(each.says for each in statements)):
        raise Unprintable(missing)
    made = weasyprint.HTML(string=document(several, statements)).write_pdf(
        stylesheets=[weasyprint.CSS(filename=str(STYLE))], pdf_variant="pdf/ua-1"
    )
    return _repaired(made)


def _characters(one: Addressed) -> str:
    lines = [f"{line.english}{line.text or ''}" for line in one.letter.lines]
    return "".join([one.addressee.name, *one.addressee.lines, *lines])


def _repaired(made: bytes) -> bytes:
    """The same PDF with what WeasyPrint leaves out: readers show its title, not its file's name."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
