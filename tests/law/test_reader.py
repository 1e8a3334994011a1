"""Every fault of a ruleset is told as `file:line: sentence`, at the line where it was written, all
of them at once.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml.scanner import Scanner

from app.factory import create_app
from app.law.errors import UnsoundLaw
from app.law.lawbook import Lawbook
from app.law.reading.library import faults_in, lawbook_of, open_lawbook
from app.settings import Settings
from tests.case_files import load
from tests.law.small_law import FILES, key_for, write_law

SEASON, GROWN, FACTS, QUESTIONS = (
    "doors/season.yaml",
    "people/grown.yaml",
    "facts.yaml",
    "questions.yaml",
)
EDITIONS, CALENDAR = "editions.yaml", "calendars/season.yaml"


def complaints(rulesets: Path) -> list[str]:
    return [str(fault) for fault in faults_in(rulesets)]


def broken(folder: Path, file: str, old: str, new: str) -> tuple[int, list[str]]:
    """The line of a replacement in one file of the small law (or of the § in it), and the
    complaints about the law with it.
    """
    at = FILES[file].index(old)
    mark = new.find("§")
    line = FILES[file].count("\n", 0, at) + new.count("\n", 0, max(mark, 0)) + 1
    text = f"{FILES[file][:at]}{new.replace('§', '')}{FILES[file][at + len(old) :]}"
    return line, complaints(write_law(folder, **{key_for(file): text}))


def test_the_small_law_is_sound(tmp_path: Path) -> None:
    assert [] == complaints(write_law(tmp_path))


ONE_FAULT = load(Path(__file__).parent / "faults.yaml")


@pytest.mark.parametrize("fault", ONE_FAULT, ids=[fault["what"] for fault in ONE_FAULT])
def test_a_fault_is_told_at_its_line(tmp_path: Path, fault: dict[str, Any]) -> None:
    line, found = broken(tmp_path, fault["file"], fault["replace"], fault["by"])
    expected = f"rulesets/{fault['file']}:{fault.get('line', line)}: {fault['says']}"

    assert any(complaint.startswith(expected) for complaint in found), [expected, found]


# --- all at once, and what that leads to ---


def test_all_faults_of_all_files_are_told_at_once_in_the_order_of_files_and_lines(
    tmp_path: Path,
) -> None:
    rulesets = write_law(
        tmp_path,
        doors__season=FILES[SEASON]
        .replace("evidence: primary", "evidence: hearsay")
        .replace("enacted: 2010-06-01", "enacted: soon"),
        people__grown=FILES[GROWN].replace("person.age", "person.aeg"),
        facts=FILES[FACTS].replace("places: 2", "places: 9"),
    )

    found = complaints(rulesets)

    assert (
        "rulesets/doors/season.yaml:4: must be one of brief, primary, guidance, secondary, "
        "recollected" in found
    )
    assert "rulesets/doors/season.yaml:6: must be a day as YYYY-MM-DD" in found
    assert "rulesets/facts.yaml:4: places must be between 0 and 6" in found
    assert any(
        complaint.startswith("rulesets/people/grown.yaml:") and "person.aeg" in complaint
        for complaint in found
    )
    assert sorted(found, key=lambda c: (c.split(":")[0], int(c.split(":")[1]))) == found


def test_each_fault_is_told_once(tmp_path: Path) -> None:
    found = complaints(
        write_law(tmp_path, people__grown=FILES[GROWN].replace("person.age", "person.aeg"))
    )

    assert len(found) == len(set(found)) == 1


@pytest.mark.parametrize("file", [EDITIONS, FACTS, QUESTIONS])
def test_a_shared_file_that_is_missing_is_a_fault(tmp_path: Path, file: str) -> None:
    rulesets = write_law(tmp_path)
    (rulesets / file).unlink()

    assert f"rulesets/{file}:1: the file is missing" in complaints(rulesets)


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    rulesets = write_law(tmp_path)
    (rulesets / GROWN).write_bytes(FILES[GROWN].replace("people", "péople").encode("latin-1"))

    assert f"rulesets/{GROWN}:1: the file is not UTF-8 text" in complaints(rulesets)


@pytest.mark.parametrize("text", ["", "# nothing but a remark\n"])
def test_an_empty_file_is_a_fault(tmp_path: Path, text: str) -> None:
    assert f"rulesets/{GROWN}:1: the file is empty" in complaints(
        write_law(tmp_path, people__grown=text)
    )


def test_a_provision_outside_the_folder_of_a_topic_is_a_fault(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, grown=FILES[GROWN].replace("people/grown", "grown")))

    assert "rulesets/grown.yaml:1: a provision stands in the folder of its topic" in found


@pytest.mark.parametrize(
    "written",
    [
        "yes",
        "no",
        "on",
        "off",
        "True",
        "012",
        "0x1F",
        "1e3",
        "1_000",
        ".5",
        "+5",
        "12:30:00",
        "2011-1-2",
    ],
)
def test_what_older_yaml_took_for_something_else_stays_text(tmp_path: Path, written: str) -> None:
    rulesets = write_law(
        tmp_path,
        doors__season=FILES[SEASON].replace("title: Admission in season", f"title: {written}"),
    )

    assert written == open_lawbook(rulesets).provisions["doors/season"].title


def test_decimals_are_read_exactly(tmp_path: Path) -> None:
    rulesets = write_law(tmp_path, doors__season=FILES[SEASON].replace("value: 1.50", "value: 1.1"))

    assert (
        Decimal("1.1")
        == open_lawbook(rulesets).provisions["doors/season"].parameters["height"].values[0].value
    )


# --- questions that use each other ---


def question_of_the_keeper(fact: str) -> dict[str, str]:
    """A third question, decided by one provision that looks at *fact*."""
    says = "{eligible: Yes., ineligible: No., undetermined: Unknown., referred: Ask.}"
    question = (
        f"keeper.awake:\n  asks: Is the keeper awake?\n  encoded_from: 2011-01-01\n  says: {says}\n"
    )
    provision = (
        FILES[GROWN]
        .replace("people/grown", "people/keeper")
        .replace("answers: person.grown", "answers: keeper.awake")
    )
    provision = provision[: provision.index("introduces:")]
    provision = provision.replace(
        "fact: person.known\n    is: true", f"fact: {fact}\n    is: eligible"
    )
    return {"questions": FILES[QUESTIONS] + question, "people__keeper": provision}


def test_a_question_may_use_a_question_that_uses_none(tmp_path: Path) -> None:
    assert [] == complaints(write_law(tmp_path, **question_of_the_keeper("person.grown")))


def test_a_question_that_uses_itself_is_a_fault(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, **question_of_the_keeper("keeper.awake")))

    assert any(
        "the questions use each other in a circle: keeper.awake → keeper.awake" in complaint
        for complaint in found
    )


def test_questions_that_use_each_other_in_a_circle_are_a_fault(tmp_path: Path) -> None:
    grown = FILES[GROWN].replace(
        "fact: person.known\n    is: true", "fact: keeper.awake\n    is: eligible"
    )
    grown = grown[: grown.index("introduces:")]

    found = complaints(
        write_law(tmp_path, people__grown=grown, **question_of_the_keeper("person.grown"))
    )

    circle = "the questions use each other in a circle: "
    told = [complaint for complaint in found if circle in complaint]
    assert ["rulesets/questions.yaml"] == [complaint.split(":")[0] for complaint in told]
    assert {"keeper.awake", "person.grown"} == set(told[0].split(circle)[1].split(" → "))


# --- what supersedes what ---


def season_of(id: str, first: str, enacted: str, supersedes: str) -> str:
    text = (
        FILES[SEASON]
        .replace("doors/season", id)
        .replace("from: 2011-01-01}", f"from: {first}}}", 1)
    )
    return text.replace("enacted: 2010-06-01", f"enacted: {enacted}\nsupersedes: {supersedes}")


def test_an_amendment_that_is_in_force_from_a_later_day_is_sound(tmp_path: Path) -> None:
    assert [] == complaints(
        write_law(
            tmp_path,
            doors__later=season_of("doors/later", "2012-01-01", "2011-06-01", "doors/season"),
        )
    )


def test_an_amendment_from_the_same_day_is_a_fault(tmp_path: Path) -> None:
    found = complaints(
        write_law(
            tmp_path,
            doors__later=season_of("doors/later", "2011-01-01", "2011-06-01", "doors/season"),
        )
    )

    assert any(
        "doors/later must come into force after doors/season, which it supersedes" in complaint
        for complaint in found
    )


def test_an_amendment_enacted_before_what_it_amends_is_a_fault(tmp_path: Path) -> None:
    found = complaints(
        write_law(
            tmp_path,
            doors__later=season_of("doors/later", "2012-01-01", "2010-05-31", "doors/season"),
        )
    )

    assert any(
        "doors/later was enacted before doors/season, which it supersedes" in complaint
        for complaint in found
    )


def test_two_amendments_of_one_provision_from_different_days_are_a_fault(tmp_path: Path) -> None:
    found = complaints(
        write_law(
            tmp_path,
            doors__later=season_of("doors/later", "2012-01-01", "2011-06-01", "doors/season"),
            doors__latest=season_of("doors/latest", "2012-07-01", "2011-06-01", "doors/season"),
        )
    )

    assert any(
        "doors/latest supersedes doors/season, which doors/later supersedes on another day"
        in complaint
        for complaint in found
    )


def test_a_provision_may_not_use_a_calendar_made_after_it(tmp_path: Path) -> None:
    found = complaints(
        write_law(
            tmp_path,
            calendars__season=FILES[CALENDAR].replace("enacted: 2010-06-01", "enacted: 2011-06-01"),
        )
    )

    assert [
        "rulesets/doors/season.yaml:16: calendars/season was enacted after the provision that "
        "uses it"
    ] == found


# --- refusing to work with it ---


def test_unsound_law_is_refused_with_every_complaint(tmp_path: Path) -> None:
    rulesets = write_law(
        tmp_path,
        people__grown=FILES[GROWN].replace("person.age", "person.aeg"),
        facts=f"{FILES[FACTS]}x: 1\n",
    )

    with pytest.raises(UnsoundLaw) as refused:
        open_lawbook(rulesets)

    assert complaints(rulesets) == str(refused.value).splitlines()
    assert 1 < len(refused.value.faults)


def test_the_service_does_not_start_on_unsound_law(tmp_path: Path) -> None:
    rulesets = write_law(tmp_path, people__grown=FILES[GROWN].replace("person.age", "person.aeg"))

    with pytest.raises(
        UnsoundLaw, match=r"^rulesets/people/grown\.yaml:\d+: nobody defined the fact person\.aeg$"
    ):
        create_app(
            Settings(
                rulesets=rulesets,
                database_url=f"sqlite:///{tmp_path / 'determinations.sqlite'}",
                instance=tmp_path,
            )
        )


def test_the_service_does_not_start_without_law(tmp_path: Path) -> None:
    with pytest.raises(UnsoundLaw, match=r"questions\.yaml:1: the file is missing"):
        create_app(
            Settings(
                rulesets=tmp_path / "rulesets",
                database_url=f"sqlite:///{tmp_path / 'determinations.sqlite'}",
                instance=tmp_path,
            )
        )


# --- the same law from kept texts ---


def test_kept_texts_are_the_same_law_without_a_folder(tmp_path: Path) -> None:
    read = open_lawbook(write_law(tmp_path))
    (tmp_path / "rulesets").rename(tmp_path / "gone")

    again = lawbook_of(read.texts)

    assert read.digest == again.digest
    assert read.texts == again.texts
    assert list(read.provisions.values()) == list(again.provisions.values())


def test_files_are_taken_in_the_same_order_from_a_folder_and_from_kept_texts(
    tmp_path: Path,
) -> None:
    beside = FILES[SEASON].replace("doors/season", "doors-old/season")
    rulesets = write_law(tmp_path)
    (rulesets / "doors-old").mkdir()
    (rulesets / "doors-old" / "season.yaml").write_text(beside, encoding="utf-8")

    read = open_lawbook(rulesets)

    assert list(read.provisions) == list(lawbook_of(dict(reversed(read.texts.items()))).provisions)


def test_the_law_of_the_repository_has_the_same_digest_from_its_texts(lawbook: Lawbook) -> None:
    assert lawbook.digest == lawbook_of(lawbook.texts).digest


def test_kept_texts_that_are_no_law_are_refused_with_every_complaint() -> None:
    with pytest.raises(UnsoundLaw) as refused:
        lawbook_of({**FILES, GROWN: "provision: nobody\n"})

    assert any(str(fault).startswith(f"rulesets/{GROWN}:1:") for fault in refused.value.faults)


@pytest.mark.parametrize(
    "deep",
    ["[" * 5_000 + "]" * 5_000, "{a: " * 5_000 + "b" + "}" * 5_000],
    ids=["lists", "mappings"],
)
def test_yaml_nested_without_end_is_a_fault(tmp_path: Path, deep: str) -> None:
    found = complaints(write_law(tmp_path, people__grown=deep))

    assert (
        f"rulesets/{GROWN}:1: mappings and lists may be nested 32 levels deep, not deeper" in found
    )


def test_each_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rulesets = write_law(tmp_path)
    scanners = set()
    begin = Scanner.fetch_stream_start
    monkeypatch.setattr(
        Scanner, "fetch_stream_start", lambda scanner: (scanners.add(scanner), begin(scanner))
    )

    open_lawbook(rulesets)

    assert len(FILES) == len(scanners)


def test_an_alias_within_what_it_repeats_is_a_fault(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, people__grown="title: &all {title: *all}\n"))

    assert [
        f"rulesets/{GROWN}:1: anchors and aliases are not allowed",
        f"rulesets/{GROWN}:1: the YAML cannot be read: found undefined alias 'all'",
    ] == [complaint for complaint in found if complaint.startswith(f"rulesets/{GROWN}")]
