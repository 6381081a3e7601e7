"""nginx and Caddy as programs, with the files of deploy/ for other names, ports and folders."""

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

import pytest

from scripts import deploy_tools
from scripts.ports import free_port
from tests.accounts.self_signed import certificate
from tests.stand_in import ROOT

DEPLOY = ROOT / "deploy"
SECONDS_TO_START = 30


class Proxy(NamedTuple):
    authority: Path  # to trust: the file of its certificate or of who has signed that
    http_port: int


@contextmanager
def nginx(folder: Path, https_port: int, site_port: int) -> Iterator[Proxy]:
    """Run nginx with deploy/nginx/onelist.conf and a self-signed certificate."""
    http_port, pem = free_port(), certificate(folder / "localhost.pem")
    site = (DEPLOY / "nginx" / "onelist.conf").read_text()
    for there, here in {
        "tasks.example.com": "localhost",
        "/etc/ssl/onelist/fullchain.pem": str(pem),
        "/etc/ssl/onelist/privkey.pem": str(pem),
        "127.0.0.1:8000": f"127.0.0.1:{site_port}",
        "listen 80;": f"listen {http_port};",
        "listen [::]:80;": "",
        "listen 443 ": f"listen {https_port} ",
        "listen [::]:443 ssl http2;": "",
    }.items():
        assert there in site
        site = site.replace(there, here)
    (folder / "onelist.conf").write_text(site)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; events {{}}"
        f" http {{ access_log off; {temporary} include {folder}/onelist.conf; }}"
    )
    command = ["-p", str(folder), "-e", str(folder / "error.log"), "-c", f"{folder}/nginx.conf"]
    with _running(["nginx", *command], https_port):
        yield Proxy(pem, http_port)


@contextmanager
def caddy(folder: Path, https_port: int, site_port: int) -> Iterator[Proxy]:
    """Run Caddy with deploy/caddy/Caddyfile and the certificate that it makes for localhost."""
    http_port = free_port()
    about_here = f"{{\nadmin off\nskip_install_trust\nhttp_port {http_port}\n}}\n"
    site = (DEPLOY / "caddy" / "Caddyfile").read_text()
    (folder / "Caddyfile").write_text(about_here + site)
    environ = {
        "HOME": str(folder),
        "SITE_URL": f"https://localhost:{https_port}",
        "ONELIST_UPSTREAMS": f"127.0.0.1:{site_port}",
    }
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with _running(command, https_port, **environ):
        root = folder / ".local/share/caddy/pki/authorities/local/root.crt"
        yield Proxy(root, http_port)


@contextmanager
def _running(command: list[str], port: int, **environ: str) -> Iterator[None]:
    program, *arguments = command
    path = str(deploy_tools.find(program))
    env = {"PATH": deploy_tools.FOLDERS, **environ}
    with (
        TemporaryFile() as said,
        subprocess.Popen([path, *arguments], env=env, stdout=said, stderr=said) as process,
    ):
        try:
            if not _listens(process, port):
                said.seek(0)
                pytest.fail(f"{program} does not listen: {said.read().decode()}")
            yield
        finally:
            process.terminate()


def _listens(process: "subprocess.Popen[bytes]", port: int) -> bool:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                context.wrap_socket(client, server_hostname="localhost").close()
        except OSError:  # ssl.SSLError too: Caddy makes its certificate after it listens
            time.sleep(0.05)
        else:
            return True
    return False
