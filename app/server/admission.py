"""How many requests a worker of the service takes in at a time, so that those it takes are answered
in good time.

A burst may fill every thread and the queue behind them: it is over in a moment, and nobody is
turned away for it. While more comes than can be answered, a full queue would only make everybody
wait. So a worker that has had to turn requests away for a while takes just enough to be busy, and
whoever is admitted is answered about as soon as at quiet times.
"""

BUSY = 1
"""So many requests keep a worker busy: two would only take turns at computing, and at writing, and
both be answered later.
"""
PATIENCE_SECONDS = 0.1
"""How long requests are turned away before it counts as pressure and no longer as a burst."""
RELIEF_SECONDS = 1.0
"""How long nobody must have been turned away for the pressure to be over.

Also, from when on a request counts as long.
"""


class Admission:
    """What one worker has taken in; times are seconds of one clock that only goes forward.

    Not safe to share between threads.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._begun: list[float] = []
        self._refusing_since = self._refused_at = float("-inf")

    @property
    def taken(self) -> int:
        """How many requests are in work or wait for it."""
        return len(self._begun)

    def is_pressed(self, now: float) -> bool:
        """Whether more has come for a while than could be answered."""
        return (
            now - self._refused_at < RELIEF_SECONDS
            and self._refused_at - self._refusing_since >= PATIENCE_SECONDS
        )

    def is_full(self, now: float) -> bool:
        """Whether the next request is to be turned away.

        Under pressure long ones, such as batches, leave room for others: they would hold it for as
        long as they take.
        """
        if self.taken >= self._room:
            return True
        return (
            self.is_pressed(now)
            and sum(now - begun < RELIEF_SECONDS for begun in self._begun) >= BUSY
        )

    def take(self, now: float) -> float:
        """Take a request in; to be given back with what this answers."""
        self._begun.append(now)
        return now

    def give_back(self, begun: float) -> None:
        """A request was answered."""
        self._begun.remove(begun)

    def turn_away(self, now: float) -> None:
        """A request was turned away."""
        if now - self._refused_at >= RELIEF_SECONDS:
            self._refusing_since = now
        self._refused_at = now
