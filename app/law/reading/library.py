"""From a folder of rulesets, or from its texts as they were kept, to a lawbook: reads every file,
then holds it against itself.
"""

from functools import cached_property, partial
from pathlib import Path

from app.law.calendars import Calendar
from app.law.checking.soundness import check
from app.law.errors import Fault, Place, UnsoundLaw
from app.law.facts import Citation, FactDefinition, Vocabulary
from app.law.holidays import HolidayLaw, LegalHolidays
from app.law.lawbook import Lawbook
from app.law.provision import Provision
from app.law.questions import Edition, Question
from app.law.reading.catalogue import read_calendar, read_edition, read_holidays, read_question
from app.law.reading.conditions import Sayings
from app.law.reading.grammar import FILE, GRAMMAR, grammar_of
from app.law.reading.parts import read_citation, read_each, read_instrument
from app.law.reading.reader import read_provision
from app.law.reading.rulesets import Sources, sources_in
from app.law.reading.vocabulary import read_fact
from app.law.reading.yaml_source import Faults, Item, read_source

SOURCES = "sources.yaml"
HOLIDAYS = "legal-holidays.yaml"
SHARED = ("questions.yaml", "facts.yaml", "editions.yaml")
KEPT = "rulesets"
"""What complaints call the folder that kept texts once stood in."""


class _Reading:
    """The files of the law while they are being read; *folder* is what complaints call the place
    they stand in.
    """

    def __init__(self, folder: str, sources: Sources) -> None:
        self.folder, self.sources, self.faults = folder, sources, Faults()
        self.texts: dict[str, str] = {}
        self.provisions: dict[str, Provision] = {}
        self.calendars: dict[str, Calendar] = {}
        self.questions: dict[str, Question] = {}
        self.instruments: dict[str, Citation] = {}
        self.facts: dict[str, FactDefinition] = {}
        self.editions: dict[str, Edition] = {}
        self.holidays: HolidayLaw | None = None

    def read(self) -> None:
        self._read_grammar()
        if SOURCES in self.sources:
            self.faults.tolerate(lambda: self._read_shared(SOURCES))
        for name in SHARED:
            self.faults.tolerate(lambda name=name: self._read_shared(name))  # type: ignore[misc]
        if HOLIDAYS in self.sources:
            self.faults.tolerate(self._read_holidays)
        opened: dict[str, Item] = {}
        for file in sorted(self.sources, key=lambda file: file.split("/")):
            if file not in (*SHARED, SOURCES, HOLIDAYS, FILE) and file.endswith(".yaml"):
                item = self.faults.tolerate(lambda file=file: self._open_one(file))  # type: ignore[misc]
                if item is not None:
                    opened[file] = item
        for file, item in opened.items():
            self.faults.tolerate(lambda file=file, item=item: self._read_one(file, item))  # type: ignore[misc]

    def _open(self, file: str) -> Item:
        text = self.sources[file]
        item = read_source(text, f"{self.folder}/{file}", self.faults)
        assert text is not None
        self.texts[file] = text
        return item

    def _read_grammar(self) -> None:
        if (text := self.sources.get(FILE)) is not None:
            self.texts[FILE] = text
        if (grammar := grammar_of(self.sources)) != GRAMMAR:
            place = Place(f"{self.folder}/{FILE}", 1)
            self.faults.note(place, f"grammar {grammar} is not {GRAMMAR}, which is read here")

    def _read_shared(self, file: str) -> None:
        if file not in self.sources:
            self.faults.note(Place(f"{self.folder}/{file}", 1), "the file is missing")
            return
        for name, item in self._open(file).fields().items():
            self.faults.tolerate(lambda name=name, item=item: self._take_shared(file, name, item))  # type: ignore[misc]

    def _read_holidays(self) -> None:
        item = self._open(HOLIDAYS)
        self.holidays = read_holidays(item, self.texts[HOLIDAYS], self._cite)

    def _take_shared(self, file: str, name: str, item: Item) -> None:
        if file == SOURCES:
            self.instruments[name] = read_instrument(name, item)
        elif file == "questions.yaml":
            self.questions[name] = read_question(name, item)
        elif file == "facts.yaml":
            self._define(read_fact(name, item, self._cite))
        else:
            self.editions[name] = read_edition(name, item)

    def _define(self, fact: FactDefinition) -> None:
        if fact.name in self.facts:
            self.faults.note(
                fact.place,
                f"the fact {fact.name} is defined already at {self.facts[fact.name].place}",
            )
        else:
            self.facts[fact.name] = fact

    def _open_one(self, file: str) -> Item:
        """A file with the facts that it introduces, which other files may look at."""
        item = self._open(file)
        if "/" not in file:
            raise item.refuse("a provision stands in the folder of its topic")
        if not file.startswith("calendars/"):
            read = partial(read_fact, cite=self._cite)
            for fact in read_each(item.fields(), "introduces", read).values():
                self._define(fact)
        return item

    def _read_one(self, file: str, item: Item) -> None:
        id = file.removesuffix(".yaml")
        if file.startswith("calendars/"):
            self.calendars[id] = read_calendar(item, id, self.texts[file], self._cite)
        else:
            self.provisions[id] = read_provision(
                item, id, self.texts[file], self._sayings, self._cite
            )

    def _cite(self, item: Item) -> Citation:
        return read_citation(item, self.instruments)

    @cached_property
    def _sayings(self) -> Sayings:
        return {
            **{fact.name: fact.says for fact in self.facts.values()},
            **{question.id: question.as_fact for question in self.questions.values()},
        }

    def lawbook(self) -> Lawbook:
        return Lawbook(
            self.provisions,
            Vocabulary(self.facts),
            self.questions,
            self.calendars,
            self.editions,
            self.texts,
            LegalHolidays(self.holidays),
        )


def _read(folder: str, sources: Sources) -> tuple[_Reading, list[Fault]]:
    reading = _Reading(folder, sources)
    reading.read()
    checked = check(
        reading.provisions,
        reading.facts,
        reading.questions,
        reading.calendars,
        reading.editions,
        folder,
    )
    return reading, sorted({*reading.faults.noted, *checked})


def faults_in(folder: Path) -> list[Fault]:
    """Every complaint about a rulesets folder, in file and line order.

    None where the law is sound.
    """
    return _read(folder.name, sources_in(folder))[1]


def open_lawbook(folder: Path) -> Lawbook:
    """The law in a rulesets folder.

    Raises:
        UnsoundLaw: something in it cannot be used; the error holds every complaint.
    """
    return lawbook_of(sources_in(folder), folder.name)


def lawbook_of(texts: Sources, folder: str = KEPT) -> Lawbook:
    """The law whose files hold these texts, as `Lawbook.texts` has them: the same law, with the
    same digest. No folder is read; *folder* is what complaints call the one they stood in.

    Raises:
        UnsoundLaw: something in it cannot be used; the error holds every complaint.
    """
    reading, faults = _read(folder, texts)
    if faults:
        raise UnsoundLaw(faults)
    return reading.lawbook()
