"""A PostgreSQL server of a test's own, to be killed: what .ci/postgresql does, with the disk taken seriously."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.machine import require
from tests.servers import wait_until

DEBIAN = Path("/usr/lib/postgresql")
OPTIONS = "-c listen_addresses='' -c max_connections=40 -c unix_socket_directories="


class Server:
    """A server on a Unix socket in a folder. What it says is committed is on the disk, as a crash requires."""

    def __init__(self, folder: Path) -> None:
        self._programs = _programs()
        self._folder, self._data = folder, folder / "data"
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        self.start()

    @property
    def url(self) -> str:
        """The address of its only database."""
        return f"postgresql+psycopg://postgres@/postgres?host={self._folder}"

    def start(self) -> None:
        """Start, and recover what needs recovering. It is there when this ends."""
        options = f"{OPTIONS}'{self._folder}'"
        self._run("pg_ctl", "--silent", "--wait", "--log", str(self._folder / "log"), "--options", options, "start")

    def stop_at_once(self) -> None:
        """Stop as in an emergency: nobody is waited for, nothing is tidied up."""
        self._run("pg_ctl", "--silent", "--wait", "--mode", "immediate", "stop")

    def kill(self) -> None:
        """kill -9, the postmaster first and then every process of its."""
        postmaster = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for process in (postmaster, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait_until(lambda: not any(_lives(process) for process in (postmaster, *map(int, children))))

    def close(self) -> None:
        """Stop, if it runs."""
        with suppress(subprocess.CalledProcessError):
            self.stop_at_once()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "--pgdata", str(self._data), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def _lives(process: int) -> bool:
    """Whether a process still does something; one whose parent was killed may wait for a while to be cleared away."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def _programs() -> Path:
    """Where the server's programs are: Debian keeps them out of the way of the shell."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    program = str(found[-1]) if found else shutil.which("initdb")
    require(program, "PostgreSQL is not installed")
    assert program is not None
    return Path(program).parent
