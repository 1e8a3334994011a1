"""Letters that one would send twice, or that something overtook: what pages warn of."""

from collections.abc import Iterable, Mapping, Set

from app.api.http.service import current_service, principal
from app.letters.letter import Letter, decode_letter
from app.letters.template import template
from app.records.letters.letters import KeptLetter, WantedLetters, list_letters
from app.waivers.desk import KIND
from app.waivers.states import CORRECTED

DECIDING = ("grant", "deny")
"""The steps whose letter a correction overtakes."""
STEP_OF_SENTENCE: Mapping[str, str] = {
    "grant": "grant",
    "deny": "deny",
    "return": "return",
    "not-needed": "not-needed",
    "incomplete": "ask-for-missing",
    "withdraw": "withdraw",
    "corrected": CORRECTED,
}
"""The step at the waiver desk that each first sentence of a letter tells of."""
LOOKED_AT = 50


def waiting_alike(letter: Letter, about: str) -> KeptLetter | None:
    """A letter on the list to send that tells the same of the same record in the same language and
    size, whatever its day; none where there is none.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    if not principal().may("letters.write"):
        return None
    wanted = WantedLetters(object_id=about, to_send=True)
    for each in list_letters(current_service().store, wanted, principal().reach, LOOKED_AT):
        if isinstance(each, KeptLetter) and _in_short(decode_letter(each.content)) == _in_short(
            letter
        ):
            return each
    return None


def _in_short(letter: Letter) -> tuple[str, bool, str]:
    return letter.language, letter.large_print, letter.sections[0].heading.english


def step_of(letter: KeptLetter) -> str | None:
    """The step at the waiver desk that a letter tells of; none where it is not of the desk, or has
    the words of an earlier version.

    Raises:
        msgspec.DecodeError: it cannot be read.
    """
    if letter.kind != KIND:
        return None
    says = decode_letter(letter.content).sections[0].heading.english
    words = template().of_desk
    steps = (step for name, step in STEP_OF_SENTENCE.items() if words[name] == says)
    return next(steps, None)


def overtaken_letters(letters: Iterable[KeptLetter]) -> Set[str]:
    """The ids of those of the letters that tell of a decision that was corrected since.

    Raises:
        RecordDamaged, RecordsUnavailable: the requests cannot be read.
    """
    decisions = [each for each in letters if step_of(each) in DECIDING]
    requests = {each.object_id for each in decisions}
    corrected = {id for id in requests if is_corrected(id)}
    return {each.id for each in decisions if each.object_id in corrected}


def is_corrected(request: str) -> bool:
    """Whether the decision on a waiver request was corrected.

    Raises:
        RecordDamaged, RecordsUnavailable: its steps cannot be read.
    """
    steps = current_service().desk.requests.steps(request)
    return any(step.step == CORRECTED for step in steps)
