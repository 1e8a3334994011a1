"""A thread that seals new records about every second, so that no request waits for it."""

import logging
import threading

from flask import Flask

from app import clock
from app.api.http.metrics import observe_sealing
from app.api.http.service import Service, current_service
from app.records.errors import RecordsUnavailable
from app.records.ledger.seals import seal_everything, waiting

log = logging.getLogger(__name__)


class Sealer:
    """Seals at an interval until it is stopped.

    What cannot be sealed now is sealed later: nothing waits for it. Where a command seals, it only
    looks how far behind that is.
    """

    def __init__(self, service: Service) -> None:
        self._service, self._stop = service, threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the current seal."""
        self._stop.set()
        self._thread.join()

    def seal(self) -> None:
        """Seal everything that waits, once, and count how far behind that was.

        A failure is logged without values.
        """
        try:
            if not self._look() or self._service.settings.sealing == "command":
                return
            for _ in seal_everything(
                self._service.store, clock.now(), self._service.settings.checkpoints
            ):
                if self._stop.is_set():
                    return
        except RecordsUnavailable as error:
            log.warning("sealing failed: %s", error)
        except OSError as error:
            log.error("cannot note a seal in the checkpoints: %s", type(error).__name__)

    def _look(self) -> bool:
        """Whether anything waits; how much and since when goes to the metrics."""
        count, since = waiting(self._service.store)
        lag = (clock.now() - since).total_seconds() if since is not None else 0.0
        observe_sealing(max(lag, 0.0), count)
        return count > 0

    def _run(self) -> None:
        while not self._stop.wait(self._service.settings.sealing_seconds):
            self.seal()


def start_sealing(app: Flask) -> Sealer:
    """Begin sealing for an application, or watching it where the settings leave it to a command."""
    with app.app_context():
        service = current_service()
    sealer = Sealer(service)
    sealer.start()
    return sealer
