"""Every fault of a ruleset is told as `file:line: sentence`, at the line where it was written, all of them at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from app import create_app
from app.law.errors import UnsoundLaw
from app.law.library import faults_in, open_lawbook
from app.settings import Settings
from tests.law.small_law import FILES, key_for, write_law

SEASON, GROWN, FACTS, QUESTIONS = "doors/season.yaml", "people/grown.yaml", "facts.yaml", "questions.yaml"
EDITIONS, CALENDAR = "editions.yaml", "calendars/season.yaml"


def complaints(rulesets: Path) -> list[str]:
    return [str(fault) for fault in faults_in(rulesets)]


def broken(folder: Path, file: str, old: str, new: str) -> tuple[int, list[str]]:
    """The complaints about the small law with one text replaced in one file, and the line of the replacement (or of the § in it)."""
    at = FILES[file].index(old)
    mark = new.find("§")
    line = FILES[file].count("\n", 0, at) + new.count("\n", 0, max(mark, 0)) + 1
    text = f"{FILES[file][:at]}{new.replace('§', '')}{FILES[file][at + len(old) :]}"
    return line, complaints(write_law(folder, **{key_for(file): text}))


def test_the_small_law_is_sound(tmp_path: Path) -> None:
    assert [] == complaints(write_law(tmp_path))


ONE_FAULT = [
    # what is wrong, file, text, its replacement (§ marks the line where it is not the first), beginning of the sentence
    ("repeated key", SEASON, "evidence: primary\n", "evidence: primary\n§title: Again\n", "the key title is written twice"),
    ("repeated fact", FACTS, "person.height", "person.born_on", "the key person.born_on is written twice"),
    ("unknown key", SEASON, "title: Admission", "titel: x\ntitle: Admission", "nobody knows the key titel; known are provision, "),
    ("unknown key over a block", GROWN, "introduces:", "introduce:\n  a: b\nintroduces:", "nobody knows the key introduce"),
    ("unknown key of a condition", GROWN, "    is: true\n", "    is: true\n§    equals: true\n", "nobody knows the key equals"),
    ("missing key", SEASON, "provision: doors/season\ntitle: Admission in season\n", "§provision: doors/season\n", "the key title is missing"),
    ("missing keys", GROWN, "  - id: known\n    words: known to the keeper\n    fact: person.known\n    is: true\n    met: The keeper knows you.\n    not_met: The keeper does not know you.\n", "  - id: known\n    words: known to the keeper\n    fact: person.known\n    is: true\n", "the keys met, not_met are missing"),
    ("a number for a text", SEASON, "title: Admission in season", "title: 5", "must be text"),
    ("a text for a day", SEASON, "enacted: 2010-06-01", "enacted: June", "must be a day as YYYY-MM-DD"),
    ("a loose day", SEASON, "enacted: 2010-06-01", "enacted: 2010-6-1", "must be a day as YYYY-MM-DD"),
    ("a quoted day", SEASON, "enacted: 2010-06-01", 'enacted: "2010-06-01"', "must be a day as YYYY-MM-DD"),
    ("an impossible day", SEASON, "enacted: 2010-06-01", "enacted: 2010-02-30", "there is no day 2010-02-30"),
    ("a list for a mapping", SEASON, "citation: {instrument: The season's act, under: Section 1}", "citation: [act]", "must be a mapping"),
    ("a mapping for a list", GROWN, "introduces:", "parameters: {a: {unit: days, values: {from: 2011-01-01}}}\nintroduces:", "must be a list"),
    ("a mapping for a value", SEASON, "evidence: primary", "evidence: {a: b}", "must be a single value"),
    ("an unknown word", SEASON, "effect: grants", "effect: allows", "must be one of grants, bars, refers, cautions"),
    ("a number of places that is text", FACTS, "places: 2", "places: two", "must be a whole number"),
    ("a flag that is text", EDITIONS, "default: true", "default: yes", "must be true or false"),
    ("an anchor", SEASON, "title: Admission", "title: &t Admission", "anchors and aliases are not allowed"),
    ("an anchor on a key", SEASON, "title: Admission", "&t title: Admission", "anchors and aliases are not allowed"),
    ("a tag", SEASON, "title: Admission", "title: !special Admission", "tags are not allowed"),
    ("a tag of a program's object", SEASON, "title: Admission", "title: !!python/name:os.system Admission", "tags are not allowed"),
    ("a tag of a plain type", SEASON, "title: Admission", "title: !!str Admission", "tags are not allowed"),
    ("a key that is a list", SEASON, "title: Admission", "[a, b]: c\ntitle: Admission", "keys must be plain words"),
    ("an alias of nothing", SEASON, "title: Admission in season", "title: *nothing", "the YAML cannot be read"),
    ("two documents", SEASON, "effect: grants", "---\neffect: grants", "the YAML cannot be read"),
    ("an open bracket", FACTS, "unit: years, ", "unit: [years, ", "the YAML cannot be read"),
    ("a tab", SEASON, "  height: {", "\theight: {", "the YAML cannot be read"),
    ("an id that is not the path", SEASON, "provision: doors/season", "provision: doors/winter", "the provision's id must be its path, doors/season"),
    ("a calendar's id that is not the path", CALENDAR, "calendar: calendars/season", "calendar: calendars/winter", "the calendar's id must be"),
    ("an end before the start", SEASON, "in_force: {from: 2011-01-01}", "in_force: {from: 2011-01-01, to: 2010-12-31}", "it ends before it starts"),
    ("no operator", GROWN, "  - id: eighteen\n    words: has lived eighteen years\n    fact: person.age\n    at_least: 18\n", "  - id: eighteen\n    words: has lived eighteen years\n    fact: person.age\n", "a condition has exactly one operator; here are 0"),
    ("two operators", GROWN, "  - id: eighteen\n    words: has lived eighteen years\n", "  - id: eighteen\n    at_most: 20\n    words: has lived eighteen years\n", "a condition has exactly one operator; here are 2"),
    ("a condition's id with a space", GROWN, "id: eighteen", "id: Eighteen Years", "a condition's id is lower-case words joined by hyphens"),
    ("a condition's id used twice", GROWN, "id: known", "id: eighteen", "the condition id eighteen is used twice"),
    ("when and when_any", GROWN, "provision: people/grown\n", "provision: people/grown\nwhen_any: {}\n", "a provision has either `when` or `when_any`"),
    ("a caution without its sentence", GROWN, "provision: people/grown\ntitle: Grown people\ncitation: {instrument: The people's act}\nevidence: primary\ngist: Whoever has lived eighteen years and is known to the keeper is grown up.\nenacted: 2010-06-01\nin_force: {from: 2011-01-01}\nanswers: person.grown\neffect: grants", "provision: people/grown\ntitle: Grown people\ncitation: {instrument: The people's act}\nevidence: primary\ngist: Whoever has lived eighteen years and is known to the keeper is grown up.\nenacted: 2010-06-01\nin_force: {from: 2011-01-01}\nanswers: person.grown\neffect: cautions", "a provision that cautions needs its caution"),
    ("a fact nobody defines", GROWN, "fact: person.age", "fact: person.aeg", "nobody defined the fact person.aeg"),
    ("an operator the type does not accept", GROWN, "    is: true\n", "    at_least: true\n", "a flag such as person.known does not accept at_least"),
    ("an operand of another type", GROWN, "    at_least: 18\n", "    at_least: eighteen\n", "person.age is of type integer, which eighteen is not"),
    ("a flag for a number", GROWN, "    at_least: 18\n", "    at_least: true\n", "person.age is of type integer, which True is not"),
    ("yes for true", GROWN, "    is: true\n", "    is: yes\n", "person.known is of type flag, which yes is not"),
    ("one for true", GROWN, "    is: true\n", "    is: 1\n", "person.known is of type flag, which 1 is not"),
    ("a decimal for a whole number", GROWN, "    at_least: 18\n", "    at_least: 18.5\n", "person.age is of type integer, which 18.5 is not"),
    ("a number too large", GROWN, "    at_least: 18\n", "    at_least: 99999999999999\n", "the engine cannot carry the number 99999999999999"),
    ("a number too fine", SEASON, "value: 1.50", "value: 1.5000001", "the engine cannot carry the number 1.5000001"),
    ("a bound too large", FACTS, "maximum: 3", "maximum: 99999999999999", "the engine cannot carry so large a number"),
    ("a range of nothing", FACTS, "maximum: 3", "maximum: 3, minimum: 4", "the minimum is above the maximum"),
    ("too many places", FACTS, "places: 2", "places: 7", "places must be between 0 and 6"),
    ("no such outcome", SEASON, "    is: eligible\n", "    is: undetermined\n", "undetermined is not a choice of person.grown"),
    ("no such parameter", SEASON, "at_least: $height", "at_least: $size", "there is no parameter size here"),
    ("a parameter without a value in time", SEASON, "values: [{from: 2011-01-01,", "values: [{from: 2012-01-01,", "the parameter height has no value on 2011-01-01"),
    ("a parameter nobody uses", SEASON, "  height: {", "  width: {unit: meters, values: [{from: 2011-01-01, value: 1}]}\n  height: {", "nobody uses the parameter width"),
    ("no such calendar", SEASON, "within: calendars/season", "within: calendars/winter", "there is no calendar calendars/winter"),
    ("a calendar for a number", GROWN, "    at_least: 18\n", "    within: calendars/season\n", "a calendar is compared with a day by `within`"),
    ("a range that ends before it starts", GROWN, "    at_least: 18\n", "    within: [[20, 18]]\n", "a range ends before it starts"),
    ("a list where one value belongs", GROWN, "    at_least: 18\n", "    at_least: [18, 19]\n", "at_least does not take such a list"),
    ("one value where a list belongs", GROWN, "    at_least: 18\n", "    within: 18\n", "within takes a list"),
    ("words that are not in the gist", GROWN, "words: known to the keeper", "words: known to the guard", "the words of known do not stand in the gist"),
    ("an unknown gap in a sentence", GROWN, "met: You are {value}.", "met: You are {person.aeg}.", "nobody knows {person.aeg}, which a sentence names"),
    ("an unknown gap in an outcome", QUESTIONS, "{visit.asked_on}", "{visit.askd_on}", "nobody knows {visit.askd_on}"),
    ("an unknown function", FACTS, "whole_years_between(", "years_between(", "there is no function years_between here"),
    ("a function for conclusions only", FACTS, "whole_years_between(", "span(", "there is no function span here"),
    ("too few arguments", FACTS, "(person.born_on, visit.asked_on)", "(person.born_on)", "whole_years_between takes 2 arguments; here are 1"),
    ("an argument nobody defined", FACTS, "(person.born_on, ", "(person.birthday, ", "nobody defined the fact person.birthday"),
    ("an argument of another type", FACTS, "(person.born_on, ", "(person.height, ", "whole_years_between takes a day, but person.height is of type decimal"),
    ("a function of another type", FACTS, "whole_years_between(person.born_on, visit.asked_on)", "latest(person.born_on, visit.asked_on)", "latest gives day, but person.age is of type integer"),
    ("no function at all", FACTS, "whole_years_between(person.born_on, visit.asked_on)", "person.born_on", "person.born_on is not a function of facts"),
    ("a fact computed from itself", FACTS, "(person.born_on, visit.asked_on)", "(person.born_on, person.age)", "the computed facts use each other in a circle: person.age → person.age"),
    ("a fact without a question to ask", FACTS, ", asks: When was the person born?", "", "the fact person.born_on needs the question that asks for it"),
    ("a number without a unit", FACTS, "unit: meters, ", "", "the fact person.height needs its unit"),
    ("choices of a flag", GROWN, "{type: flag,", "{type: flag, choices: {a: A},", "`choices` goes with the type choice, and only with it"),
    ("a fact's name without a subject", GROWN, "  person.known: {", "  known: {", "known is not a fact's name"),
    ("a fact defined twice", GROWN, "  person.known: {", "  person.height: {type: flag, asks: Tall?}\n  person.known: {", "the fact person.height is defined already at rulesets/facts.yaml:4"),
    ("a name that begins another", FACTS, "person.height: {", "person.known.well: {type: flag, asks: Well?}\nperson.height: {", "person.known.well begins with the name person.known"),
    ("no such question to answer", GROWN, "answers: person.grown", "answers: person.older", "there is no question person.older"),
    ("no such question to link to", SEASON, "question: person.admitted", "question: person.admited", "there is no question person.admited"),
    ("a conclusion nobody declared", SEASON, "  visit.ground: season", "  visit.grounds: season", "person.admitted does not conclude visit.grounds"),
    ("a conclusion that is no choice", SEASON, "  visit.ground: season", "  visit.ground: winter", "winter is not a choice of visit.ground"),
    ("a conclusion of another type", SEASON, "days_after(visit.asked_on, 1)", "days_between(person.born_on, visit.asked_on)", "visit.starts_on is a day, but days_between gives a integer"),
    ("a supersedes of nothing", SEASON, "answers:", "supersedes: doors/older\nanswers:", "doors/season supersedes doors/older, which does not exist"),
    ("a supersedes of itself", SEASON, "answers:", "supersedes: doors/season\nanswers:", "doors/season supersedes doors/season, which does not exist"),
    ("two supersedes, one of nothing", CALENDAR, "kind: open", "supersedes: [calendars/older]\nkind: open", "calendars/season supersedes calendars/older, which does not exist"),
    ("a period and every year", CALENDAR, "calendar: calendars/season\n", "calendar: calendars/season\nperiods: []\n", "a calendar has either `periods` or `every_year`"),
    ("a day that not every year has", CALENDAR, '"07-01"', '"02-29"', "there is no such day in every year"),
    ("a month and day not in quotes", CALENDAR, '"07-01"', "07/01", 'must be a month and a day as "MM-DD"'),
    ("over the end of the year", CALENDAR, '"08-15"', '"01-15"', "a yearly period must not run over the end of the year"),
    ("limited to somebody in an open calendar", CALENDAR, "calendar: calendars/season\n", "calendar: calendars/season\nlimited_to: members\n", "`limited_to` goes with the kind limited"),
    ("no default edition", EDITIONS, ", default: true", "", "exactly one edition is the default"),
    ("governed by no day", QUESTIONS, "governed_by: visit.asked_on", "governed_by: person.height", "person.admitted must be governed by a stated fact of type day"),
    ("leading by no conclusion", QUESTIONS, "leads_by: [visit.starts_on]", "leads_by: [visit.ground]", "person.admitted cannot lead by visit.ground"),
    ("no sentence for an outcome", QUESTIONS, "  says:\n    eligible: You may come in on {visit.asked_on}.\n", "  says:\n", "the key eligible is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), [f[1:] for f in ONE_FAULT], ids=[f[0] for f in ONE_FAULT])
def test_a_fault_is_told_at_its_line(tmp_path: Path, file: str, old: str, new: str, sentence: str) -> None:
    line, found = broken(tmp_path, file, old, new)

    assert any(complaint.startswith(f"rulesets/{file}:{line}: {sentence}") for complaint in found), found


# --- all at once, and what that leads to ---


def test_all_faults_of_all_files_are_told_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    rulesets = write_law(
        tmp_path,
        doors__season=FILES[SEASON].replace("evidence: primary", "evidence: hearsay").replace("enacted: 2010-06-01", "enacted: soon"),
        people__grown=FILES[GROWN].replace("person.age", "person.aeg"),
        facts=FILES[FACTS].replace("places: 2", "places: 9"),
    )

    found = complaints(rulesets)

    assert "rulesets/doors/season.yaml:4: must be one of brief, primary, guidance, secondary, recollected" in found
    assert "rulesets/doors/season.yaml:6: must be a day as YYYY-MM-DD" in found
    assert "rulesets/facts.yaml:4: places must be between 0 and 6" in found
    assert any(complaint.startswith("rulesets/people/grown.yaml:") and "person.aeg" in complaint for complaint in found)
    assert sorted(found, key=lambda c: (c.split(":")[0], int(c.split(":")[1]))) == found


def test_each_fault_is_told_once(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, people__grown=FILES[GROWN].replace("person.age", "person.aeg")))

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
    assert f"rulesets/{GROWN}:1: the file is empty" in complaints(write_law(tmp_path, people__grown=text))


def test_a_provision_outside_the_folder_of_a_topic_is_a_fault(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, grown=FILES[GROWN].replace("people/grown", "grown")))

    assert "rulesets/grown.yaml:1: a provision stands in the folder of its topic" in found


@pytest.mark.parametrize("written", ["yes", "no", "on", "off", "True", "012", "0x1F", "1e3", "1_000", ".5", "+5", "12:30:00", "2011-1-2"])
def test_what_older_yaml_took_for_something_else_stays_text(tmp_path: Path, written: str) -> None:
    rulesets = write_law(tmp_path, doors__season=FILES[SEASON].replace("title: Admission in season", f"title: {written}"))

    assert written == open_lawbook(rulesets).provisions["doors/season"].title


def test_decimals_are_read_exactly(tmp_path: Path) -> None:
    rulesets = write_law(tmp_path, doors__season=FILES[SEASON].replace("value: 1.50", "value: 1.1"))

    assert Decimal("1.1") == open_lawbook(rulesets).provisions["doors/season"].parameters["height"].values[0].value


# --- questions that use each other ---


def question_of_the_keeper(fact: str) -> dict[str, str]:
    """A third question, decided by one provision that looks at *fact*."""
    questions = f"{FILES[QUESTIONS]}keeper.awake:\n  asks: Is the keeper awake?\n  encoded_from: 2011-01-01\n  says: {{eligible: Yes., ineligible: No., undetermined: Unknown., referred: Ask.}}\n"
    provision = FILES[GROWN].replace("people/grown", "people/keeper").replace("answers: person.grown", "answers: keeper.awake")
    provision = provision[: provision.index("introduces:")].replace("fact: person.known\n    is: true", f"fact: {fact}\n    is: eligible")
    return {"questions": questions, "people__keeper": provision}


def test_a_question_may_use_a_question_that_uses_none(tmp_path: Path) -> None:
    assert [] == complaints(write_law(tmp_path, **question_of_the_keeper("person.grown")))


def test_a_question_that_uses_itself_is_a_fault(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, **question_of_the_keeper("keeper.awake")))

    assert any("the questions use each other in a circle: keeper.awake → keeper.awake" in complaint for complaint in found)


def test_questions_that_use_each_other_in_a_circle_are_a_fault(tmp_path: Path) -> None:
    grown = FILES[GROWN].replace("fact: person.known\n    is: true", "fact: keeper.awake\n    is: eligible")
    grown = grown[: grown.index("introduces:")]

    found = complaints(write_law(tmp_path, people__grown=grown, **question_of_the_keeper("person.grown")))

    circle = "the questions use each other in a circle: "
    told = [complaint for complaint in found if circle in complaint]
    assert ["rulesets/questions.yaml"] == [complaint.split(":")[0] for complaint in told]
    assert {"keeper.awake", "person.grown"} == set(told[0].split(circle)[1].split(" → "))


# --- what supersedes what ---


def season_of(id: str, first: str, enacted: str, supersedes: str) -> str:
    text = FILES[SEASON].replace("doors/season", id).replace("from: 2011-01-01}", f"from: {first}}}", 1)
    return text.replace("enacted: 2010-06-01", f"enacted: {enacted}\nsupersedes: {supersedes}")


def test_an_amendment_that_is_in_force_from_a_later_day_is_sound(tmp_path: Path) -> None:
    assert [] == complaints(write_law(tmp_path, doors__later=season_of("doors/later", "2012-01-01", "2011-06-01", "doors/season")))


def test_an_amendment_from_the_same_day_is_a_fault(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, doors__later=season_of("doors/later", "2011-01-01", "2011-06-01", "doors/season")))

    assert any("doors/later must come into force after doors/season, which it supersedes" in complaint for complaint in found)


def test_an_amendment_enacted_before_what_it_amends_is_a_fault(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, doors__later=season_of("doors/later", "2012-01-01", "2010-05-31", "doors/season")))

    assert any("doors/later was enacted before doors/season, which it supersedes" in complaint for complaint in found)


def test_two_amendments_of_one_provision_from_different_days_are_a_fault(tmp_path: Path) -> None:
    found = complaints(
        write_law(
            tmp_path,
            doors__later=season_of("doors/later", "2012-01-01", "2011-06-01", "doors/season"),
            doors__latest=season_of("doors/latest", "2012-07-01", "2011-06-01", "doors/season"),
        )
    )

    assert any("doors/latest supersedes doors/season, which doors/later supersedes on another day" in complaint for complaint in found)


def test_a_provision_may_not_use_a_calendar_made_after_it(tmp_path: Path) -> None:
    found = complaints(write_law(tmp_path, calendars__season=FILES[CALENDAR].replace("enacted: 2010-06-01", "enacted: 2011-06-01")))

    assert ["rulesets/doors/season.yaml:16: calendars/season was enacted after the provision that uses it"] == found


# --- refusing to work with it ---


def test_unsound_law_is_refused_with_every_complaint(tmp_path: Path) -> None:
    rulesets = write_law(tmp_path, people__grown=FILES[GROWN].replace("person.age", "person.aeg"), facts=f"{FILES[FACTS]}x: 1\n")

    with pytest.raises(UnsoundLaw) as refused:
        open_lawbook(rulesets)

    assert complaints(rulesets) == str(refused.value).splitlines()
    assert 1 < len(refused.value.faults)


def test_the_service_does_not_start_on_unsound_law(tmp_path: Path) -> None:
    rulesets = write_law(tmp_path, people__grown=FILES[GROWN].replace("person.age", "person.aeg"))

    with pytest.raises(UnsoundLaw, match=r"^rulesets/people/grown\.yaml:\d+: nobody defined the fact person\.aeg$"):
        create_app(Settings(rulesets=rulesets, database_url=f"sqlite:///{tmp_path / 'determinations.sqlite'}"))


def test_the_service_does_not_start_without_law(tmp_path: Path) -> None:
    with pytest.raises(UnsoundLaw, match="questions.yaml:1: the file is missing"):
        create_app(Settings(rulesets=tmp_path / "rulesets", database_url=f"sqlite:///{tmp_path / 'determinations.sqlite'}"))
