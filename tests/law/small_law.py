"""A small sound law, file by file, for tests that break it in one place."""

from pathlib import Path

FILES = {
    "editions.yaml": """\
early: {title: The early law, enacted_through: 2012-12-31, default: true}
current: {title: The law with later changes, checked_through: 2020-12-31, because: Nobody looked further.}
""",
    "questions.yaml": """\
person.admitted:
  asks: May the person come in?
  governed_by: visit.asked_on
  encoded_from: 2011-01-01
  says:
    eligible: You may come in on {visit.asked_on}.
    ineligible: You may not come in.
    undetermined: More must be known.
    referred: Somebody decides.
  concludes:
    visit.ground: {type: choice, choices: [season, age], describes: the ground of admission}
    visit.starts_on: {type: day, describes: the first day of the visit}
  leads_by: [visit.starts_on]
person.grown:
  asks: Is the person grown up?
  encoded_from: 2011-01-01
  says: {eligible: Grown up., ineligible: Not grown up., undetermined: More must be known., referred: Somebody decides.}
""",
    "facts.yaml": """\
visit.asked_on: {type: day, asks: When did the person ask?}
person.born_on: {type: day, asks: When was the person born?}
person.age: {type: integer, unit: years, describes: present age, computed: "whole_years_between(person.born_on, visit.asked_on)"}
person.height: {type: decimal, unit: meters, places: 2, maximum: 3, asks: How tall is the person?}
""",
    "calendars/season.yaml": """\
calendar: calendars/season
series: season
title: The season
citation: {instrument: The season's act}
evidence: primary
enacted: 2010-06-01
in_force: {from: 2011-01-01}
kind: open
every_year:
  - {first: "07-01", last: "08-15", authority: The season's act}
""",
    "doors/season.yaml": """\
provision: doors/season
title: Admission in season
citation: {instrument: The season's act, under: Section 1}
evidence: primary
gist: In the season everybody who is grown up and tall enough may come in.
enacted: 2010-06-01
in_force: {from: 2011-01-01}
answers: person.admitted
effect: grants
parameters:
  height: {unit: meters, values: [{from: 2011-01-01, value: 1.50}]}
when:
  - id: in-season
    words: In the season
    fact: visit.asked_on
    within: calendars/season
    met: "{value} is in the season."
    not_met: "{value} is not in the season {required}."
  - id: grown-up
    words: grown up
    fact: person.grown
    is: eligible
    met: You are grown up.
    not_met: You are not grown up.
  - id: tall-enough
    words: tall enough
    fact: person.height
    at_least: $height
    met: You are {value} meters tall.
    not_met: You are {value} meters tall, not {required}.
concludes:
  visit.ground: season
  visit.starts_on: days_after(visit.asked_on, 1)
next_steps:
  - {says: Come back in the season., question: person.admitted}
""",
    "people/grown.yaml": """\
provision: people/grown
title: Grown people
citation: {instrument: The people's act}
evidence: primary
gist: Whoever has lived eighteen years and is known to the keeper is grown up.
enacted: 2010-06-01
in_force: {from: 2011-01-01}
answers: person.grown
effect: grants
when:
  - id: eighteen
    words: has lived eighteen years
    fact: person.age
    at_least: 18
    met: You are {value}.
    not_met: You are {value}, younger than {required}.
  - id: known
    words: known to the keeper
    fact: person.known
    is: true
    met: The keeper knows you.
    not_met: The keeper does not know you.
introduces:
  person.known: {type: flag, asks: Does the keeper know the person?}
""",
}


def write_law(folder: Path, **changes: str) -> Path:
    """The small law under a folder; a change replaces or adds a file, named with `__` for `/` and without suffix."""
    files = {**FILES, **{f"{name.replace('__', '/')}.yaml": text for name, text in changes.items()}}
    for name, text in files.items():
        path = folder / "rulesets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "rulesets"


def key_for(file: str) -> str:
    """The name under which `write_law` takes a file."""
    return file.removesuffix(".yaml").replace("/", "__")
