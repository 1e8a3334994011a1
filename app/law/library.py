"""From a folder of rulesets to a lawbook: reads every file, then holds all of it against itself."""

from pathlib import Path

from app.law.calendars import Calendar
from app.law.catalogue import read_calendar, read_edition, read_question
from app.law.errors import Fault, Place, UnsoundLaw
from app.law.facts import FactDefinition, Vocabulary
from app.law.lawbook import Lawbook
from app.law.provision import Provision
from app.law.questions import Edition, Question
from app.law.reader import file_text, read_fact, read_provision
from app.law.soundness import check
from app.law.yaml_source import Faults, Item, read_file

SHARED = ("questions.yaml", "facts.yaml", "editions.yaml")


class _Reading:
    """The files of one rulesets folder while they are being read."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.faults = folder, Faults()
        self.texts: dict[str, str] = {}
        self.provisions: dict[str, Provision] = {}
        self.calendars: dict[str, Calendar] = {}
        self.questions: dict[str, Question] = {}
        self.facts: dict[str, FactDefinition] = {}
        self.editions: dict[str, Edition] = {}

    def read(self) -> None:
        for name in SHARED:
            self.faults.tolerate(lambda name=name: self._read_shared(name))  # type: ignore[misc]
        for path in sorted(self.folder.rglob("*.yaml")):
            file = path.relative_to(self.folder).as_posix()
            if file not in SHARED:
                self.faults.tolerate(lambda path=path, file=file: self._read_one(path, file))  # type: ignore[misc]

    def _open(self, path: Path, file: str) -> Item:
        item = read_file(path, f"{self.folder.name}/{file}", self.faults)
        self.texts[file] = file_text(path)
        return item

    def _read_shared(self, file: str) -> None:
        path = self.folder / file
        if not path.is_file():
            self.faults.note(Place(f"{self.folder.name}/{file}", 1), "the file is missing")
            return
        for name, item in self._open(path, file).fields().items():
            self.faults.tolerate(lambda name=name, item=item: self._take_shared(file, name, item))  # type: ignore[misc]

    def _take_shared(self, file: str, name: str, item: Item) -> None:
        if file == "questions.yaml":
            self.questions[name] = read_question(name, item)
        elif file == "facts.yaml":
            self._define(read_fact(name, item))
        else:
            self.editions[name] = read_edition(name, item)

    def _define(self, fact: FactDefinition) -> None:
        if fact.name in self.facts:
            self.faults.note(fact.place, f"the fact {fact.name} is defined already at {self.facts[fact.name].place}")
        else:
            self.facts[fact.name] = fact

    def _read_one(self, path: Path, file: str) -> None:
        item, id = self._open(path, file), file.removesuffix(".yaml")
        if "/" not in file:
            raise item.refuse("a provision stands in the folder of its topic")
        if file.startswith("calendars/"):
            self.calendars[id] = read_calendar(item, id, self.texts[file])
            return
        provision = read_provision(item, id, self.texts[file])
        self.provisions[id] = provision
        for fact in provision.introduces.values():
            self._define(fact)

    def lawbook(self) -> Lawbook:
        return Lawbook(self.provisions, Vocabulary(self.facts), self.questions, self.calendars, self.editions, self.texts)


def _read(folder: Path) -> tuple[_Reading, list[Fault]]:
    reading = _Reading(folder)
    reading.read()
    checked = check(reading.provisions, reading.facts, reading.questions, reading.calendars, reading.editions, folder.name)
    return reading, sorted({*reading.faults.noted, *checked})


def faults_in(folder: Path) -> list[Fault]:
    """Every complaint about a rulesets folder, in file and line order; none where the law is sound."""
    return _read(folder)[1]


def open_lawbook(folder: Path) -> Lawbook:
    """The law in a rulesets folder.

    Raises:
        UnsoundLaw: something in it cannot be used; the error holds every complaint.
    """
    reading, faults = _read(folder)
    if faults:
        raise UnsoundLaw(faults)
    return reading.lawbook()
