"""Instruments that several files cite, and citations that name one."""

from pathlib import Path

import pytest

from app.law.facts import Citation
from app.law.reading.library import faults_in, open_lawbook
from tests.law.small_law import FILES, write_law

SEASON = FILES["doors/season.yaml"]
WRITTEN = "citation: {instrument: The season's act, under: Section 1}"
SOURCES = """\
act: {instrument: The act, under: The code, url: "https://example.org/act"}
cmr-4: {instrument: 958 CMR 4.030}
"""
URL = "https://example.org/act"


def with_citation(folder: Path, citation: str, sources: str = SOURCES) -> Path:
    season = SEASON.replace(WRITTEN, f"citation: {citation}")
    return write_law(folder, doors__season=season, sources=sources)


@pytest.mark.parametrize(
    ("written", "citation"),
    [
        ("act", Citation("The act", "The code", URL)),
        ("{source: act}", Citation("The act", "The code", URL)),
        ("{source: act, section: § 4}", Citation("The act, § 4", "The code", URL)),
        ("{source: cmr-4, section: (3)}", Citation("958 CMR 4.030(3)")),
        ("{source: cmr-4, under: The code}", Citation("958 CMR 4.030", "The code")),
        ("{source: act, under: A, url: B}", Citation("The act", "A", "B")),
        ("{instrument: Another act}", Citation("Another act")),
    ],
)
def test_a_citation_names_an_instrument_or_writes_it_out(
    tmp_path: Path, written: str, citation: Citation
) -> None:
    law = open_lawbook(with_citation(tmp_path, written))

    assert citation == law.provisions["doors/season"].citation.latest


def test_calendars_conclusions_values_and_presumptions_cite_alike(tmp_path: Path) -> None:
    calendar = FILES["calendars/season.yaml"].replace("{instrument: The season's act}", "act")
    season = SEASON.replace(
        "{unit: meters, values: [{from: 2011-01-01, value: 1.50}]}",
        ("{value: 1.5 meters, citation: act}"),
    ).replace(
        "visit.ground: season", ("visit.ground: {value: season, citation: act, evidence: guidance}")
    )
    grown = FILES["people/grown.yaml"].replace(
        "{type: flag, ",
        ("{type: flag, presumed: {value: true, because: All are., citation: act}, "),
    )

    law = open_lawbook(
        write_law(
            tmp_path,
            sources=SOURCES,
            calendars__season=calendar,
            doors__season=season,
            people__grown=grown,
        )
    )

    provision, presumed = law.provisions["doors/season"], law.vocabulary["person.known"].presumed
    assert presumed is not None
    assert {Citation("The act", "The code", URL)} == {
        law.calendars["calendars/season"].citation,
        provision.sources["visit.ground"].citation,
        provision.parameters["height"].values[0].citation,
        presumed.citation,
    }


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("bill", "there is no source bill in sources.yaml"),
        ("{source: bill, section: § 4}", "there is no source bill in sources.yaml"),
        ("{source: act, instrument: The act}", "nobody knows the key instrument; known are source"),
        ("{section: § 4}", "nobody knows the key section"),
        ("5", "must be text"),
    ],
)
def test_a_wrong_citation_is_told_at_its_line(tmp_path: Path, written: str, says: str) -> None:
    found = [str(fault) for fault in faults_in(with_citation(tmp_path, written))]

    assert any(f.startswith(f"rulesets/doors/season.yaml:3: {says}") for f in found), found


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("The Act: {instrument: The act}", "a source's id is lower-case words and numbers"),
        ("bill: {under: The code}", "the key instrument is missing"),
        ("bill: {instrument: The bill, section: § 4}", "nobody knows the key section"),
        ("act: {instrument: The act}", "the key act is written twice"),
    ],
)
def test_a_wrong_source_is_told_at_its_line(tmp_path: Path, entry: str, says: str) -> None:
    rulesets = with_citation(tmp_path, "act", f"{SOURCES}{entry}\n")

    found = [str(fault) for fault in faults_in(rulesets)]

    assert any(f.startswith(f"rulesets/sources.yaml:3: {says}") for f in found), found
