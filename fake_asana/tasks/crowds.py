"""The many tasks of Dora, Emil and Fay, and the few of the two Sams."""

from collections.abc import Iterator

from fake_asana.tasks.spec import INBOX, LATER, SOON, Spec

VERBS = ("Check", "Copy", "Describe", "File", "Find", "Measure", "Move", "Repair", "Scan", "Send")
THINGS = (
    "the maps",
    "the letters",
    "box",
    "the ledger",
    "the plates",
    "the index",
    "the recordings",
)
ROOMS = ("Reading room / To do", "Basement / Shelves", "Basement / Doors", "Digitisation / Queue")


def _one(number: int) -> Spec:
    spread = number * 37 % 140 - 30
    return Spec(
        f"{VERBS[number % 10]} {THINGS[number % 7]} {number:05}",
        due=None if number % 5 == 0 else spread,
        at="15:30" if number % 11 == 0 else None,
        where=(ROOMS[number % 4],),
        bucket=(INBOX, SOON, LATER)[number % 3],
        age=number % 300 + 1,
    )


def archive() -> Iterator[Spec]:
    return (_one(number) for number in range(1, 10_001))


def tides() -> Iterator[Spec]:
    return (_one(number) for number in range(1, 20_001))


def branch(city: int) -> Iterator[Spec]:
    return (_one(city * 1000 + number) for number in range(1, 251))


BAKERY = (
    Spec("Order flour", due=0, where=("Shop / Deliveries",), bucket="Do today", age=3),
    Spec("Call about the oven", due=-1, at="09:00", where=("Shop / Repairs",), age=8),
    Spec("Plan the winter bread", where=("Recipes / Ideas",), bucket=LATER),
    Spec("Paint the sign", due=-5, done=4, where=("Shop / Repairs",)),
)
SAMS_OWN = (Spec("Renew the library card", due=6), Spec("Fix the bicycle"))
CHOIR = (
    Spec("Book the hall", due=2, where=("Spring concert / Planning",)),
    Spec("Copy the scores", due=0, where=("Spring concert / Planning",), bucket="Do today"),
    Spec("Ask the soloists", done=2, where=("Spring concert / People",)),
)
