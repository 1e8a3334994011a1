"""What tests need of the machine beyond Python.

Where it is missing a test is skipped, and the end of the run lists every reason with the Debian
package that helps; under CI_NO_SKIP it fails.
"""

import os
import shutil

import pytest

PACKAGES = {
    "age": "age",
    "chromium": "chromium-headless-shell",
    "go": "golang-go",
    "nginx": "nginx-light",
    "openssl": "openssl",
    "pdftotext": "poppler-utils",
    "redis-server": "redis-server",
    "systemd-analyze": "systemd",
}
NO_POSTGRESQL = (
    "no PostgreSQL server; `make test` starts one where PostgreSQL is installed: "
    "apt-get install postgresql"
)


def require(is_there: object, reason: str) -> None:
    """Go on only where something is there.

    Else skip with a reason, or fail where skipping is not allowed.
    """
    if is_there:
        return
    if os.environ.get("CI_NO_SKIP"):
        pytest.fail(f"{reason}; under CI_NO_SKIP that is a failure", pytrace=False)
    pytest.skip(reason)


def require_program(name: str) -> str:
    """The path of a program, found as a shell would or where Debian keeps those of
    administrators.
    """
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    require(path, f"{name} is not installed: apt-get install {PACKAGES[name]}")
    assert path is not None
    return path


def require_browser() -> str:
    """The path of Debian's Chromium: where it is installed, the one that has no windows to draw and
    works half as long, else the one for people.
    """
    return shutil.which("chromium-headless-shell") or require_program("chromium")


def require_postgresql() -> str:
    """The address of the PostgreSQL server that `make test` starts, or that somebody named."""
    require(address := os.environ.get("TEST_POSTGRESQL_URL"), NO_POSTGRESQL)
    assert address is not None
    return address
