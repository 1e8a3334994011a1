"""A catalogue as a table for translators, and back: CSV with a row for each English sentence."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.letters.translated.catalogue import Catalogue, Translation, english_digest, faults
from app.letters.translated.law_sentences import EnglishSentence

COLUMNS = ("id", "topic", "english", "text", "reviewed_by", "reviewed_on")


class NotATable(Exception):
    """The file cannot be imported; *faults* has a sentence for each row that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


def exported(catalogue: Catalogue, sentences: Iterable[EnglishSentence]) -> str:
    """Every sentence with its translation, an empty one where it has none."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in sentences:
        found = catalogue.find(each.text)
        on = found.reviewed_on if found else None
        rows.writerow(
            (
                each.id,
                each.topic,
                each.text,
                found.text if found else "",
                (found.reviewed_by or "") if found else "",
                on.isoformat() if on else "",
            )
        )
    return out.getvalue()


def imported(text: str, language: str, sentences: Iterable[EnglishSentence]) -> Catalogue:
    """The catalogue of a table, whose English must be today's.

    Raises:
        NotATable: it is no such table, or a row is wrong; all of them.
    """
    by_id = {each.id: each for each in sentences}
    wrong, found = list[str](), list[Translation]()
    for number, row in _rows(text):
        read = _translation(row, by_id.get(row["id"]), language)
        if isinstance(read, Translation):
            found.append(read)
        else:
            wrong += [f"row {number}, {row['id']}: {fault}" for fault in read]
    if wrong:
        raise NotATable(wrong)
    return Catalogue(language, found)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    if tuple(next(reader, ())) != COLUMNS:
        raise NotATable([f"the first row must be {','.join(COLUMNS)}"])
    seen = set[str]()
    for number, cells in enumerate(reader, 2):
        if len(cells) != len(COLUMNS):
            raise NotATable([f"row {number} has {len(cells)} cells instead of {len(COLUMNS)}"])
        row = dict(zip(COLUMNS, cells, strict=True))
        if row["id"] in seen:
            raise NotATable([f"row {number}: {row['id']} has a row already"])
        seen.add(row["id"])
        if row["text"].strip():
            yield number, row


@dataclass(frozen=True, slots=True)
class _Review:
    by: str | None
    on: date | None


def _translation(
    row: dict[str, str], sentence: EnglishSentence | None, language: str
) -> Translation | list[str]:
    """The translation of a row, or what is wrong with it."""
    if sentence is None:
        return ["no sentence has this id today"]
    if row["english"] != sentence.text:
        return ["its English is not today's; export again"]
    text, wrong = row["text"].strip(), list(faults(sentence.text, row["text"], language))
    review = _review(row)
    if isinstance(review, str):
        wrong.append(review)
    if wrong or isinstance(review, str):
        return wrong
    return Translation(sentence.id, english_digest(sentence.text), text, review.by, review.on)


def _review(row: dict[str, str]) -> _Review | str:
    by, on = row["reviewed_by"].strip(), row["reviewed_on"].strip()
    if not by and not on:
        return _Review(None, None)
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return "reviewed_on must be a day, such as 2026-11-29"
    return _Review(by, day) if by else "reviewed_by is empty"
