"""Robin's tasks: every kind of name that upsets a list, a page or a spreadsheet."""

from fake_asana.tasks.spec import Spec

LONG_NAME = (
    "This name was pasted from an e-mail by somebody who never looked at it again: "
    + " ".join(
        f"paragraph {number} says that the harbour gauge must be read twice a day"
        for number in range(1, 16)
    )
)
UNBROKEN = "Überlaufmeldung" * 20  # 300 letters without a space

PATTERNS = (
    Spec("", due=5),
    Spec("<script>alert('task')</script>", due=1, where=("<b>Website</b> / <i>Words</i>",)),
    Spec(
        "<img src=x onerror=alert(1)> \"quoted\" & 'single' </td></table>",
        where=("Website / Words",),
    ),
    Spec("{{ 7 * 7 }} {% csrf_token %} ${name}", where=("Website / Words",)),
    Spec('=HYPERLINK("https://example.com", "sum")', where=("Website / Words",)),
    Spec("100% sure? ask_Tom\\now; -- DROP", due=8),
    Spec("Name with\ttab,  two spaces and\na new line", due=9),
    Spec("e\u0301tude, cafe\u0301 and nai\u0308ve in decomposed letters", due=9),
    Spec("اجتماع مع Tom في 14:00 (غرفة 3)", due=2, where=("Proofs / Right to left",)),
    Spec(LONG_NAME, due=3, where=("Proofs / Long",)),
    Spec(UNBROKEN, due=3, where=("Proofs / Long",)),
    Spec("🚀🎉👩🏽‍🔬🇳🇬", due=33, where=("Proofs / Emoji",)),
    Spec("Water the plants 🌿🪴", due=0),
    Spec("Ring Grandmother 👵🏾❤️", due=-1),
)
