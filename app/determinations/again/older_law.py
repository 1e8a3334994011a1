"""Those who decide under older texts of the law, as they were kept by their digests."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

from app.determinations.decide import Decider
from app.engine import Engine
from app.law.errors import UnsoundLaw
from app.law.lawbook import text_digest
from app.law.reading.grammar import GRAMMAR, grammar_of
from app.law.reading.library import lawbook_of

AT_ONCE = 2
"""How many older texts are held beside the present one.

Each takes seconds to read and tens of megabytes.
"""


class LawNotKept(LookupError):
    """The text of a law was never kept."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"the text of the law {digest} was not kept")
        self.digest = digest


class LawAltered(ValueError):
    """What was kept as the text of a law does not have its digest, or cannot be read as law."""

    differs_at = "/law/digest"

    def __init__(self, digest: str, sentence: str | None = None) -> None:
        super().__init__(sentence or f"what was kept as the law {digest} is not that law")
        self.digest = digest


class OtherGrammar(LawAltered):
    """The text of a law is whole, and in a grammar that this program does not read."""

    differs_at = "/law/grammar"

    def __init__(self, digest: str, grammar: int | None) -> None:
        sentence = f"the law {digest} is in grammar {grammar}, and this program reads {GRAMMAR}"
        super().__init__(digest, sentence)


def decider_under(digest: str, texts: Mapping[str, str], engine: Engine) -> Decider:
    """Who decides under a text of the law. Nothing is compiled before it is asked for.

    Raises:
        OtherGrammar: they are in a grammar that this program does not read.
        LawAltered: the texts do not have that digest, or are not sound.
    """
    if text_digest(texts) != digest:
        raise LawAltered(digest)
    if (grammar := grammar_of(texts)) != GRAMMAR:
        raise OtherGrammar(digest, grammar)
    try:
        return Decider(lawbook_of(texts), engine)
    except UnsoundLaw:
        raise LawAltered(digest) from None


class Deciders:
    """The decider of the present law, and the few older ones that were asked for last. Safe to
    share between threads.

    Older ones are made one at a time, and decisions under the present law never wait for them.
    """

    def __init__(self, present: Decider, at_once: int = AT_ONCE) -> None:
        self.present, self._at_once = present, at_once
        self._older: OrderedDict[str, Decider] = OrderedDict()
        self._finding, self._making = threading.Lock(), threading.Lock()

    def under(self, digest: str, kept_texts: Callable[[str], Mapping[str, str] | None]) -> Decider:
        """Who decides under the law with a digest; *kept_texts* fetches the text of an older one.

        Raises:
            LawNotKept: the store does not have it.
            LawAltered: what was kept is something else.
        """
        if digest == self.present.lawbook.digest:
            return self.present
        found = self._find(digest)
        if found is not None:
            return found
        with self._making:
            found = self._find(digest)
            if found is None:
                texts = kept_texts(digest)
                if texts is None:
                    raise LawNotKept(digest)
                found = decider_under(digest, texts, self.present.engine.beside())
                with self._finding:
                    self._older[digest] = found
                    while len(self._older) > self._at_once:
                        self._older.popitem(last=False)
            return found

    def _find(self, digest: str) -> Decider | None:
        with self._finding:
            if digest in self._older:
                self._older.move_to_end(digest)
            return self._older.get(digest)
