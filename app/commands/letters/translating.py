"""`flask letters check` and `flask letters catalogue export | import`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.commands.lawbook.sources import lawbook, settings
from app.commands.output import REJECTED, Refusal, Screen, command, counted, print_json

if TYPE_CHECKING:
    from app.letters.translated.catalogue import Catalogue
    from app.letters.translated.law_sentences import EnglishSentence

LANGUAGES = click.Choice(["es"])
HEADING = """\
The sentences of letters, one by one. `english` is the digest of the English sentence: where that
changes, letters use the translation no longer. Add `reviewed_by` and `reviewed_on` when a
translator has read a sentence; `flask letters catalogue` exports the file and imports it."""

letters_group = AppGroup("letters", help="Check, export and import the translations of letters.")
catalogue_group = AppGroup("catalogue", help="Export the translations, and import them again.")
letters_group.add_command(catalogue_group)


def _read(language: str) -> "tuple[Catalogue, list[EnglishSentence]]":
    from app.letters.translated.catalogue import CatalogueUnreadable, read_catalogue
    from app.letters.translated.languages import all_sentences

    try:
        catalogue = read_catalogue(settings().languages, language)
    except CatalogueUnreadable as error:
        raise Refusal(REJECTED, "catalogue-unreadable", f"{error}.") from None
    return catalogue, all_sentences(lawbook())


@letters_group.command("check")
@click.argument("language", type=LANGUAGES, default="es")
@command
def check_letters(language: str, as_json: bool) -> None:
    """Compare each translation with its English: gaps, days, figures and citations.

    It also counts what is missing, what is not reviewed and what is stale. It exits with 3 if a
    translation differs.

    \b
    Example:  flask letters check es
    """
    from app.letters.translated.catalogue import faults

    catalogue, sentences = _read(language)
    wrong = [
        {"place": found.id, "sentence": fault}
        for each in sentences
        if (found := catalogue.find(each.text))
        for fault in faults(each.text, found.text, language)
    ]
    if wrong:
        said = f"{counted(len(wrong), 'difference')} from the English."
        raise Refusal(REJECTED, "catalogue-differs", said, wrong)
    counts = {
        "sentences": len(sentences),
        "missing": len(catalogue.missing(sentences)),
        "unreviewed": sum(not each.is_reviewed for each in catalogue.translations.values()),
        "stale": len(catalogue.stale(sentences)),
    }
    if as_json:
        print_json({"language": language, **counts})
    else:
        Screen().table((language, "number"), [(name, str(n)) for name, n in counts.items()])


@catalogue_group.command("export")
@click.argument("language", type=LANGUAGES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@command
def export_catalogue(language: str, file: Path, as_json: bool) -> None:
    """Write all sentences with their translations to FILE, as CSV for translators.

    \b
    Example:  flask letters catalogue export es es.csv
    """
    from app.letters.translated.exchange import exported

    catalogue, sentences = _read(language)
    try:
        file.write_text(exported(catalogue, sentences), encoding="utf-8")
    except OSError as error:
        raise Refusal(REJECTED, "file-unwritten", f"{file}: {error.strerror}.") from None
    if as_json:
        print_json({"sentences": len(sentences)})
    else:
        click.echo(f"Wrote {counted(len(sentences), 'sentence')} to {file}.")


@catalogue_group.command("import")
@click.argument("language", type=LANGUAGES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
def import_catalogue(language: str, file: Path, as_json: bool) -> None:
    """Read translations from FILE and store them as the catalogue of LANGUAGE.

    The command checks each row first. If one is wrong, the catalogue stays as it is. It skips rows
    whose text is empty.

    \b
    Example:  flask letters catalogue import es es.csv
    """
    from app.letters.translated.catalogue import write_catalogue
    from app.letters.translated.exchange import NotATable, imported

    _, sentences = _read(language)
    try:
        catalogue = imported(file.read_text(encoding="utf-8"), language, sentences)
        write_catalogue(settings().languages, catalogue, HEADING)
    except NotATable as error:
        wrong = [{"place": str(file), "sentence": fault} for fault in error.faults]
        said = "The catalogue stays as it was."
        raise Refusal(REJECTED, "not-a-catalogue", said, wrong) from None
    except (OSError, UnicodeDecodeError):
        raise Refusal(REJECTED, "file-unreadable", f"{file} cannot be read as UTF-8.") from None
    count = len(catalogue.translations)
    if as_json:
        print_json({"translations": count})
    else:
        click.echo(f"Stored {counted(count, 'translation')}.")
