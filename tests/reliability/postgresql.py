"""A PostgreSQL server of a test's own, to be killed: what .ci/postgresql does, with the disk taken
seriously.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.machine import NO_POSTGRESQL, require
from tests.servers import wait_until

DEBIAN = Path("/usr/lib/postgresql")
OPTIONS = "-c listen_addresses='' -c max_connections=40 -c unix_socket_directories="


class Server:
    """A server on a Unix socket in a folder.

    What it says is committed is on the disk, as a crash requires.
    """

    def __init__(self, folder: Path) -> None:
        self._programs = _programs()
        self._folder, self._data = folder, folder / "data"
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self._run(
            "initdb",
            "--username",
            "postgres",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
        )
        self.start()

    @property
    def url(self) -> str:
        """The address of its only database."""
        return f"postgresql+psycopg://postgres@/postgres?host={self._folder}"

    def start(self) -> None:
        """Start, and recover what needs recovering. It is there when this ends.

        A server that was killed is not started again while one of its processes has not noticed
        yet, so it is tried again.
        """
        options = f"{OPTIONS}'{self._folder}'"
        wait_until(
            lambda: self._starts(
                "--silent",
                "--wait",
                "--log",
                str(self._folder / "log"),
                "--options",
                options,
                "start",
            )
        )

    def _starts(self, *arguments: str) -> bool:
        try:
            self._run("pg_ctl", *arguments)
        except subprocess.CalledProcessError:
            return False
        return True

    def stop_at_once(self) -> None:
        """Stop as in an emergency: nobody is waited for, nothing is tidied up."""
        self._run("pg_ctl", "--silent", "--wait", "--mode", "immediate", "stop")

    def kill(self) -> None:
        """kill -9, the postmaster first and then every process of its."""
        postmaster = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait_until(lambda: not self._processes())

    def _processes(self) -> list[int]:
        """The server's processes that live: those that work in its folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink() == self._data:
                    found.append(int(process.name))
        return found

    def close(self) -> None:
        """Stop, if it runs."""
        with suppress(subprocess.CalledProcessError):
            self.stop_at_once()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "--pgdata", str(self._data), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command,
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )


def _programs() -> Path:
    """Where the server's programs are: Debian keeps them out of the way of the shell."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    program = str(found[-1]) if found else shutil.which("initdb")
    require(program, NO_POSTGRESQL)
    assert program is not None
    return Path(program).parent
