"""The nginx configuration of deploy/, run for real: only its addresses, its certificate and its
folders are changed.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.settings import ROOT
from tests.machine import require_program
from tests.servers import Served, free_port, is_open, served, wait_until

SHIPPED = ROOT / "deploy" / "nginx.conf"


@dataclass(frozen=True)
class Proxied:
    """A running nginx with the service behind it; *port* speaks plain HTTP, *tls_port* TLS."""

    port: int
    tls_port: int
    redirecting_port: int
    folder: Path
    service: Served

    def log(self) -> str:
        """What nginx said so far."""
        return "".join(file.read_text(encoding="utf-8") for file in self.folder.glob("*.log"))


def configuration(folder: Path, port: int, tls_port: int, redirecting_port: int) -> str:
    """The shipped configuration, to be run in a folder by whoever runs the tests."""
    text = SHIPPED.read_text(encoding="utf-8")
    changes = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{tls_port} ssl http2; listen 127.0.0.1:{port};",
        "listen 443 ssl http2 default_server;": f"listen 127.0.0.1:{tls_port} ssl default_server;",
        "listen 80;": f"listen 127.0.0.1:{redirecting_port};",
        "listen 80 default_server;": f"listen 127.0.0.1:{redirecting_port} default_server;",
        "server_name eligibility.example.org;": "server_name localhost;",
        "/run/eligibility/service.sock": f"{folder}/s",
        "/etc/nginx/tls/": f"{folder}/",
        "pid /run/nginx.pid;": f"pid {folder}/pid; daemon off;",
        "error_log stderr": f"error_log {folder}/error.log",
        "/dev/stdout told": f"{folder}/access.log told",
        "http {": "http {" + "".join(f" {kind}_temp_path {folder}/{kind};" for kind in KINDS),
    }
    for shipped, changed in changes.items():
        assert shipped in text, shipped
        text = text.replace(shipped, changed)
    return text


KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def make_certificate(folder: Path) -> None:
    """A certificate for this machine that nobody else trusts."""
    openssl = require_program("openssl")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    kept = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run([*command, *subject, *kept], check=True, capture_output=True)


@contextmanager
def proxied(folder: Path, change: dict[str, str] | None = None, **more: str) -> Iterator[Proxied]:
    """The service on a socket and nginx in front of it, as in production; *change* replaces parts
    of the configuration.
    """
    nginx = require_program("nginx")
    assert len(str(folder / "s")) < 100, "the path of a socket must be short"
    folder.chmod(0o755)
    ports = free_port(), free_port(), free_port()
    text = configuration(folder, *ports)
    for shipped, changed in (change or {}).items():
        assert re.search(re.escape(shipped), text), shipped
        text = text.replace(shipped, changed)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    make_certificate(folder)
    more = {"ELIGIBILITY_PROXY_HOPS": "1", "ELIGIBILITY_RATE_PER_ADDRESS": "0", **more}
    with served(folder, "--bind", f"unix:{folder}/s", **more) as service:
        command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            proxy = Proxied(*ports, folder, service)
            wait_until(lambda: all(is_open(port) for port in ports))
            yield proxy
        finally:
            process.terminate()
            process.wait(30)
