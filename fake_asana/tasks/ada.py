"""Ada's tasks: of every kind, in several languages, as a working life brings them."""

from fake_asana.tasks.ada_company import COMPANY
from fake_asana.tasks.spec import LATER, SOON, TODAY, Spec

ROOM = "Tidal room / Build"
PAPERS = "Contract / Papers"

CLIENT = (
    Spec("Send the museum the revised drawings", due=-3, where=(ROOM,), bucket=TODAY),
    Spec("Site visit", by="Mira Lund", due=0, at="14:30", where=(ROOM, PAPERS), bucket=TODAY),
    Spec(
        "Answer the fire officer",
        due=1,
        at="10:00",
        where=(ROOM,),
        fields=(("Priority", "High"),),
    ),
    Spec("Agree on the label texts", due=2, where=("Tidal room / Words",), bucket=SOON),
    Spec("راجع نصوص المعرض باللغة العربية", due=3, where=("Tidal room / Words",)),
    Spec("לאשר את התרגום לעברית", due=4, where=("Tidal room / Words",)),
    Spec("Opening night", due=45, subtype="milestone", where=("Tidal room / Milestones",)),
    Spec(
        "Approve the floor plan",
        due=0,
        by="Mira Lund",
        subtype="approval",
        approval="pending",
        where=(ROOM,),
        notes="The second version, with the wider door.",
        followers=("Mira Lund",),
        comments=(("Mira Lund", "The door is 1.20 m now, as the fire officer asked."),),
        attachments=("Floor plan 2.pdf",),
    ),
    Spec("Approve the colours", due=-2, subtype="approval", approval="pending", where=(ROOM,)),
    Spec("Invoice for the second stage", due=9, where=(PAPERS,), tags=("money",)),
    Spec("Insurance for the loans", due=14, where=(PAPERS,), bucket=LATER),
    Spec("Photograph the old cabinets", where=(ROOM,), bucket=LATER),
    Spec("Thank the volunteers", bucket=LATER),
    Spec(
        "Approve the poster",
        due=-8,
        subtype="approval",
        approval="approved",
        done=7,
        where=(PAPERS,),
    ),
    Spec(
        "Approve the first floor plan",
        due=-20,
        subtype="approval",
        approval="changes_requested",
        done=19,
        where=(ROOM,),
    ),
    Spec("First meeting", due=-60, done=58, where=(PAPERS,), age=80),
    Spec("Sign the contract", due=-50, done=50, where=(PAPERS,), age=75),
)

PERSONAL = (
    Spec("Dentist", due=1, at="08:15", tags=("health",)),
    Spec("Tax return", due=-12, notes="The form is in the blue folder."),
    Spec("Water the plants", due=0),
    Spec("Learn the second movement"),
    Spec("Ring Grandmother", due=-1),
    Spec("Read “The Sea Around Us”", bucket=LATER),
    Spec("Renew the passport", due=30),
    Spec("Bicycle: new chain", done=3, due=-3),
    Spec("Birthday present for Tom", done=12, due=-11),
)

__all__ = ["CLIENT", "COMPANY", "PERSONAL"]
