from fake_asana.people.model import Person, Workspace

# Asana's old pseudo-workspace: many unrelated people have it, all with this gid.
PERSONAL = Workspace("498346170860", "Personal Projects", is_organization=False)
LIGHTHOUSE = Workspace("1200000000000201", "Lighthouse Instruments", email_domains=("example.com",))
MUSEUM = Workspace("1200000000000202", "Riverside Museum", email_domains=("museum.example",))
QUIET = Workspace("1200000000000203", "Quiet Studio", is_organization=False)
ARCHIVE = Workspace("1200000000000204", "Northern Archive", email_domains=("archive.example",))
BAKERY = Workspace("1200000000000205", "Corner Bakery", is_organization=False)
CHOIR = Workspace("1200000000000206", "Harbour Choir", is_organization=False)
PROOFS = Workspace("1200000000000207", "Proof Print", is_organization=False)
TIDES = Workspace("1200000000000208", "Tide Records", email_domains=("tides.example",))

CITIES = ("Praha", "Brno", "Ostrava", "Plzeň", "Liberec", "Olomouc", "Zlín", "Tábor")
BRANCHES = tuple(
    Workspace(f"12000000000003{number:02}", f"{city} branch", email_domains=("branch.example",))
    for number, city in enumerate(CITIES, start=1)
)

RESIDENTS = (
    Person(
        "1200000000000101",
        "Ada Okafor",
        "ada@example.com",
        "A believable working life: three workspaces, about sixty open tasks of every kind.",
        (LIGHTHOUSE, MUSEUM, PERSONAL),
        "/photos/1200000000000101.png",
    ),
    Person(
        "1200000000000102",
        "Ben Tanaka",
        "ben@example.com",
        "One workspace and nothing to do.",
        (QUIET,),
    ),
    Person(
        "1200000000000103",
        "Cleo Marsh",
        "cleo@example.com",
        "In no workspace at all; her picture cannot be found.",
        (),
        "/photos/missing.png",
    ),
    Person(
        "1200000000000104",
        "Dora Novák",
        "dora@example.com",
        "Eight workspaces with 250 open tasks each.",
        BRANCHES,
        "/photos/1200000000000104.png",
    ),
    Person(
        "1200000000000105",
        "Emil Sørensen",
        "emil@example.com",
        "Ten thousand open tasks in one workspace.",
        (ARCHIVE,),
    ),
    Person(
        "1200000000000106",
        "Sam Reyes",
        "sam@example.com",
        "A few tasks at a bakery; shares a name and an e-mail address with the other Sam.",
        (BAKERY, PERSONAL),
        "/photos/1200000000000106.png",
    ),
    Person(
        "1200000000000107",
        "Sam Reyes",
        "sam@example.com",
        "The other Sam: a different account, with a few tasks at a choir.",
        (CHOIR,),
    ),
    Person(
        "1200000000000108",
        "Robin Quill",
        "robin@example.com",
        "Tests printing: names with markup, template syntax, emoji, and much too long ones.",
        (PROOFS,),
    ),
    Person(
        "1200000000000109",
        "Fay Lindqvist",
        "fay@example.com",
        "Twenty thousand open tasks in one workspace.",
        (TIDES,),
    ),
)
