"""Asking the witnesses of a policy to sign a log's heads."""

import logging
from collections.abc import Callable, Iterator, Mapping

import requests

from app.transparency.encoding import Malformed, decimal
from app.transparency.notes import Note, Signature, Untrusted, read_signatures, trusted
from app.transparency.policy import Party
from app.witness.submissions import Submission

log = logging.getLogger(__name__)
WAIT_SECONDS = 3.0
CONFLICT, NO_PROOF = 409, 422
Prove = Callable[[int], list[bytes]]
"""Gives the proof from an older size to that of a head."""


class OtherHistory(Exception):
    """A witness signed a head from which this one does not go on."""


class Witnesses:
    """The witnesses of a policy that have an address, and the size that each last signed."""

    def __init__(self, witnesses: Mapping[str, Party]) -> None:
        self._addresses = {
            name: (witness, f"{witness.url.rstrip('/')}/add-checkpoint")
            for name, witness in witnesses.items()
            if witness.url is not None
        }
        self._last = dict.fromkeys(self._addresses, 0)

    def missing(self, head: Note) -> list[str]:
        """Those whose line does not stand under a head."""
        there = {(line.name, line.id) for line in head.signatures}
        return [
            name
            for name, (witness, _) in self._addresses.items()
            if (witness.key.name, witness.key.id) not in there
        ]

    def lines(self, head: Note, size: int, prove: Prove) -> Iterator[Signature]:
        """The lines of those that sign a head now, each checked; one that does not is logged."""
        for name in self.missing(head):
            try:
                found = self._asked(name, head, size, prove)
            except OtherHistory:
                log.error("alarm: witness %s saw another history of this log", name)
            except (requests.RequestException, Malformed, Untrusted, ValueError) as error:
                log.warning("witness %s did not sign: %s", name, type(error).__name__)
            else:
                self._last[name] = size
                yield from found

    def _asked(self, name: str, head: Note, size: int, prove: Prove) -> list[Signature]:
        """Ask one; a witness that last saw another size says which, and is asked once more."""
        (witness, address), old = self._addresses[name], self._last[name]
        answer = _sent(address, Submission(old, prove(old), head))
        if answer.status_code == CONFLICT:
            old = decimal(answer.text.removesuffix("\n"), "The size of the witness")
            if old > size:
                raise OtherHistory
            answer = _sent(address, Submission(old, prove(old), head))
        if answer.status_code in (CONFLICT, NO_PROOF):
            raise OtherHistory
        answer.raise_for_status()
        lines = Note(head.text, read_signatures(answer.content))
        return [line for _, line in trusted(lines, [witness.key])]


def _sent(address: str, submission: Submission) -> requests.Response:
    return requests.post(
        address, submission.written().encode(), timeout=WAIT_SECONDS, allow_redirects=False
    )
