from fake_asana.tasks.spec import LATER, SOON, TODAY, Spec

LAUNCH, FIRMWARE, HIRING, OFFICE = "Gauge launch", "Firmware", "Hiring", "Office"
HIGH, LOW = (("Priority", "High"),), (("Priority", "Low"), ("Stage", "Waiting"))
MEDIUM = (("Priority", "Medium"), ("Hours", 2.5), ("Promised", "2026-12-01"))
LONG = (("Hours", 16), ("Customer", "Ýsafjörður harbour"))

PLAN = """Three pages at most:
- what we make
- for whom, and why now
- what it costs
See https://example.com/plan?draft=3&lang=en for the last one."""

OVERDUE = (
    Spec("Return the borrowed oscilloscope", due=-40, where=(f"{OFFICE} / Things",), age=90),
    Spec(
        "Reply to the standards office",
        due=-15,
        by="Mira Lund",
        where=(f"{LAUNCH} / Papers",),
        fields=HIGH,
    ),
    Spec(
        "Fix the drift in sensor 4",
        due=-6,
        by="Noor Haddad",
        where=(f"{FIRMWARE} / Doing",),
        tags=("bug",),
        comments=(("Noor Haddad", "It drifts only after the heater has been on for an hour."),),
        attachments=("Sensor 4, last week.csv",),
    ),
    Spec("Expenses of last month", due=-2, where=(f"{OFFICE} / Money",), tags=("money",)),
    Spec("Call the supplier", due=-1, at="16:00", where=(f"{LAUNCH} / Doing",), bucket=TODAY),
    Spec("Read Noor's application", due=-1, where=(f"{HIRING} / To read",), bucket=TODAY),
)
DUE_TODAY = (
    Spec(
        "Write the plan",
        due=0,
        start=-2,
        where=(f"{LAUNCH} / Doing",),
        bucket=TODAY,
        notes=PLAN,
        subtasks=3,
        tags=("writing",),
        fields=HIGH,
        followers=("Mira Lund", "Tom Achterberg"),
        comments=(
            ("Mira Lund", "Could the second page say what it costs to run, not only to buy?"),
            ("Tom Achterberg", "Figures are in the sheet now; the ones for autumn are estimates."),
            ("Ada Okafor", "Thanks, both. Draft four is attached."),
        ),
        attachments=("Plan, draft 4.pdf", "Figures.xlsx"),
    ),
    Spec(
        "Stand-up", due=0, at="09:15", where=(f"{FIRMWARE} / Doing",), bucket=TODAY, fields=MEDIUM
    ),
    Spec("Lunch with the new colleague", by="Tom Achterberg", due=0, at="12:30", bucket=TODAY),
    Spec(
        "Release 2.4.0",
        due=0,
        by="Noor Haddad",
        at="23:45",
        where=(f"{FIRMWARE} / Doing", f"{LAUNCH} / Doing", "All hands / News"),
        bucket=TODAY,
        fields=HIGH,
    ),
    Spec("Outline", due=0, parent="Write the plan", bucket=TODAY),
    Spec("Ask Tom for the figures", due=1, parent="Write the plan"),
    Spec("Proofread", due=2, parent="Write the plan"),
)
COMING = (
    Spec("Interview: Noor", due=1, at="11:00", where=(f"{HIRING} / Talks",), bucket=SOON),
    Spec("Interview: Jun", due=2, at="15:00", where=(f"{HIRING} / Talks",), bucket=SOON),
    Spec("校准潮位计", due=2, where=(f"{FIRMWARE} / Next",), bucket=SOON),
    Spec("मापनी की जाँच करें", due=3, where=(f"{FIRMWARE} / Next",)),
    Spec("Проверить показания датчика", due=4, where=(f"{FIRMWARE} / Next",)),
    Spec("Update the price list", due=5, start=3, where=(f"{LAUNCH} / Papers",), bucket=SOON),
    Spec(
        "Test report for the harbour",
        due=6,
        where=(f"{LAUNCH} / Papers",),
        subtasks=5,
        fields=LONG,
    ),
    Spec("Order the enclosures", by="Mira Lund", due=7, where=(f"{LAUNCH} / Doing",), fields=LOW),
    Spec("Design freeze", due=10, subtype="milestone", where=(f"{LAUNCH} / Milestones",)),
    Spec(
        "Quarterly figures",
        by="Tom Achterberg",
        due=12,
        where=(f"{OFFICE} / Money",),
        tags=("money",),
    ),
    Spec("Summer party: find a boat", due=20, where=(f"{OFFICE} / Fun",), bucket=LATER),
    Spec("Gauge launch day", due=33, subtype="milestone", where=(f"{LAUNCH} / Milestones",)),
    Spec("Renew the certificate", due=90, where=(f"{FIRMWARE} / Next",), bucket=LATER),
    Spec("Plan next year", due=200, bucket=LATER),
    Spec("Solar powered buoy", subtype="custom", where=("Ideas / Sea",), bucket=LATER),
)
UNDATED = (
    Spec("Tidy the drawer under the printer", where=(f"{OFFICE} / Things",), bucket=LATER),
    Spec("Read the paper on salt and copper", bucket=LATER, tags=("reading",)),
    Spec("Rename the repository", where=(f"{FIRMWARE} / Someday",), bucket=LATER),
    Spec("A page about our history", where=("Website / Words",), bucket=LATER),
    Spec(
        "Faster boot", by="Noor Haddad", tags=("bug",), where=(f"{FIRMWARE} / Someday",), fields=LOW
    ),
)
MORE = (
    Spec("Questions that came in at the fair", due=5),
    Spec("Check the links of the new pages", due=1, where=("Website / Words",)),
    Spec("Pictures for the start page", where=("Website / Words",)),
    Spec("A page for each case study", where=("Website / Words",)),
    Spec("Prices for resellers", where=("Website / Words",)),
    Spec("Ask Tom about the warranty", due=8),
    Spec("Visit of the port authority", due=9),
    Spec("Notes of the team day", due=9),
    Spec("اجتماع مع Tom في 14:00 (غرفة 3)", due=2, where=(f"{HIRING} / Talks",)),
    Spec("Comments on the draft standard", due=3, where=(f"{LAUNCH} / Papers",)),
    Spec("Overflow alarm: agree on a level", due=3, where=(f"{FIRMWARE} / Next",)),
    Spec("Invite guests to the launch", due=33, where=(f"{LAUNCH} / Milestones",)),
)
DONE = (
    Spec("Choose the display", due=-4, done=4, where=(f"{LAUNCH} / Doing",)),
    Spec("Book the fair", due=-2, done=1, where=(f"{LAUNCH} / Doing",), tags=("travel",)),
    Spec("Fix the leak in the logger", due=-9, done=8, where=(f"{FIRMWARE} / Doing",)),
    Spec("Post the job advert", done=15, where=(f"{HIRING} / To read",)),
    Spec(
        "Prototype shown", due=-18, done=18, subtype="milestone", where=(f"{LAUNCH} / Milestones",)
    ),
    Spec("New chairs", done=25, where=(f"{OFFICE} / Things",), age=40),
    Spec("Release 2.3.0", due=-28, done=28, where=(f"{FIRMWARE} / Doing",), age=50),
    Spec("Release 2.2.0", due=-70, done=70, where=(f"{FIRMWARE} / Doing",), age=100),
    Spec("Move to the new office", due=-120, done=119, where=(f"{OFFICE} / Things",), age=200),
)
COMPANY = (*OVERDUE, *DUE_TODAY, *COMING, *UNDATED, *MORE, *DONE)
