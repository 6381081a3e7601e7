"""Command line options of the stand-in for Asana."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fake_asana.faults import BadFaultError, Fault, parse_fault

CALLBACK = "/complete/asana/"


@dataclass(frozen=True)
class Options:
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 8001
    issuer: str | None = None
    permissions: str = "scoped"
    authorize_errors: str = "redirect"
    require_pkce: bool = False
    token_lifetime: int = 3600
    latency_ms: int = 0
    rate_limit: int | None = None
    offsets: str = "position"
    faults: tuple[Fault, ...] = field(default=())
    state: Path | None = None
    verbose: bool = False


def read_options(argv: list[str] | None, environ: Mapping[str, str]) -> Options:
    """Return the options of the flags, else of the environment; exit with 2 if one is missing.

    The environment has ASANA_CLIENT_ID, ASANA_CLIENT_SECRET and SITE_URL.
    """
    parser = _parser()
    given = vars(parser.parse_args(argv))
    values = {
        **given,
        "client_id": given["client_id"] or environ.get("ASANA_CLIENT_ID", ""),
        "client_secret": given["client_secret"] or environ.get("ASANA_CLIENT_SECRET", ""),
        "redirect_uris": tuple(given["redirect_uris"] or _from_site(environ.get("SITE_URL", ""))),
        "faults": tuple(given["faults"]),
    }
    if missing := _missing(values):
        parser.exit(2, f"Fake Asana needs to know its one registered app: set {missing}.\n")
    return Options(**values)


def _from_site(site_url: str) -> list[str]:
    return [site_url.rstrip("/") + CALLBACK] if site_url else []


def _missing(values: Mapping[str, Any]) -> str:
    names = {
        "client_id": "ASANA_CLIENT_ID (or --client-id)",
        "client_secret": "ASANA_CLIENT_SECRET (or --client-secret)",
        "redirect_uris": "SITE_URL (or --redirect-uri)",
    }
    return ", ".join(text for name, text in names.items() if not values[name])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fake_asana", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=8001, help="0 picks a free one (default: %(default)s)")
    add("--client-id", help="of the registered app (default: ASANA_CLIENT_ID)")
    add("--client-secret", help="of the registered app (default: ASANA_CLIENT_SECRET)")
    add(
        "--redirect-uri",
        dest="redirect_uris",
        action="append",
        metavar="URL",
        help=f"registered by the app; repeatable (default: SITE_URL + {CALLBACK})",
    )
    add("--issuer", type=_issuer, help="default: http://HOST:PORT/api/1.0")
    _add_behaviour(parser)
    add("--state", type=Path, metavar="FILE", help="keep grants, tokens and changes in FILE")
    add("--verbose", action="store_true", help="log every request")
    return parser


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--permissions", choices=["scoped", "full"], default="scoped", help="of the registered app")
    add(
        "--authorize-errors",
        choices=["redirect", "page"],
        default="redirect",
        help="where forbidden_scopes and its kind are told (Asana's docs say both)",
    )
    add("--require-pkce", action="store_true", help="refuse to authorize without code_challenge")
    add("--token-lifetime", type=_positive, default=3600, metavar="SECONDS")
    add("--latency-ms", type=_natural, default=0, metavar="MS", help="of API and token calls")
    add("--rate-limit", type=_positive, metavar="N", help="calls of the API per token and minute")
    add(
        "--offsets",
        choices=["position", "rank"],
        default="position",
        help="what offsets of pages of tasks name (Asana's are opaque)",
    )
    add(
        "--fault",
        dest="faults",
        action="append",
        default=[],
        type=_fault,
        metavar="NAME[=VALUE][@PERSON]",
        help="repeatable; the names are in the README",
    )


def _natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _positive(text: str) -> int:
    if (number := _natural(text)) == 0:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _port(text: str) -> int:
    if (number := _natural(text)) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return number


def _issuer(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError("must begin with http:// or https://")
    return text.rstrip("/")


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except BadFaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
