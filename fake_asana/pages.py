"""Pages for browsers besides the consent page: home, tasks and photos."""

import struct
import zlib

from flask import Blueprint, Response, abort, render_template

from fake_asana.people import PEOPLE
from fake_asana.world import world

pages = Blueprint("pages", __name__)

SIDE = 96


@pages.get("/")
def home() -> str:
    return render_template("home.html", people=PEOPLE.values(), here=world())


@pages.get("/1/<workspace>/task/<gid>")
def task(workspace: str, gid: str) -> str:
    found = world().tasks.find(gid)
    if found is None or found[1]["workspace"]["gid"] != workspace:
        abort(404)
    _, record = found
    book = world().tasks
    beside = {"comments": book.comments(gid), "attachments": book.attachments(gid)}
    return render_template("task.html", task=record, **beside)


@pages.get("/photos/<gid>.png")
def photo(gid: str) -> Response:
    person = PEOPLE.get(gid)
    if person is None or person.photo is None:
        abort(404)
    response = Response(_portrait(zlib.crc32(gid.encode())), content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _portrait(seed: int) -> bytes:
    """Return a PNG of a head and shoulders in two colours, so that no picture file is needed."""
    back = bytes(150 + (seed >> shift) % 90 for shift in (0, 8, 16))
    front = bytes(channel // 3 for channel in back)
    rows = (
        b"\0" + b"".join(front if _is_figure(x, y) else back for x in range(SIDE))
        for y in range(SIDE)
    )
    size = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _is_figure(x: int, y: int) -> bool:
    head = (x - 48) ** 2 + (y - 36) ** 2 < 17**2
    shoulders = ((x - 48) / 33) ** 2 + ((y - 96) / 36) ** 2 < 1
    return head or shoulders


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
