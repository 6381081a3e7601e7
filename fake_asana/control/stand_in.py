"""Faults, the clock, the log of requests, and the return to the start."""

from fake_asana.api.errors import ApiError
from fake_asana.control.blueprint import Body, control, read
from fake_asana.faults import BadFaultError, make_fault
from fake_asana.world import world

MOST_SECONDS = 10 * 366 * 24 * 3600


@control.get("/requests")
def requests() -> Body:
    return {"data": world().log.all()}


@control.get("/faults")
def faults() -> Body:
    return {"data": world().faults.all()}


@control.post("/faults")
def add_fault() -> Body:
    try:
        world().faults.add(make_fault(read()))
    except BadFaultError as error:
        raise ApiError(400, str(error)) from error
    return faults()


@control.delete("/faults")
def clear_faults() -> Body:
    world().faults.clear()
    return faults()


@control.post("/reset")
def reset() -> Body:
    world().reset()
    return {"data": {}}


@control.post("/clock")
def advance_clock() -> Body:
    """Turn the clock, back by a negative number."""
    seconds = read("advance").get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ApiError(400, "advance must be a number of seconds.")
    if not abs(seconds) <= MOST_SECONDS:  # NaN is in no order
        raise ApiError(400, f"advance must be between -{MOST_SECONDS} and {MOST_SECONDS}.")
    world().clock.advance(seconds)
    return {"data": {"time": world().clock.time()}}
