"""The folder of the processes' metrics, which a request for /metrics adds up."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where nothing is set, a new temporary folder."""


def folder_of_figures() -> Path:
    """The folder, made if need be."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="eligibility-metrics-")
        # A start that is refused leaves nothing behind either; workers, which end with a copy of
        # this, leave it to the first process.
        atexit.register(_remove, os.getpid(), os.environ[FOLDER])
    return Path(os.environ[FOLDER])


def prepare_figures() -> None:
    """Empty the folder at the start of a server, but not when a running server reloads its
    settings.

    The metrics look for the folder on import, so call this first.
    """
    if "app.api.http.metrics" in sys.modules:
        return
    folder_of_figures().mkdir(parents=True, exist_ok=True)
    for file in folder_of_figures().glob("*.db"):
        file.unlink()


def _remove(process: int, folder: str) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
