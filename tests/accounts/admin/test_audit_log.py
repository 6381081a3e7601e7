import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from accounts import messages
from accounts.admin.audit_log import COLUMNS
from accounts.models import AuditEntry
from tests.accounts.administration import LOG, events, lines, user_of
from tests.accounts.events import saying

EXPORT = f"{LOG}export/"
LOOKERS = ["account_manager", "administrator"]


def entry(**about) -> AuditEntry:
    return AuditEntry.objects.create(**{"event": "signed_in", "by": "person"} | about)


def exported(client, **asked: str) -> list[list[str]]:
    response = client.get(EXPORT, asked)
    assert response.status_code == 200, response
    return read(response.getvalue().decode("utf-8-sig"))


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def found(client, **asked: str) -> list[AuditEntry]:
    return list(client.get(LOG, asked).context["cl"].result_list)


# Reading the log


@pytest.mark.parametrize(
    "asked",
    [
        {"event__exact": "connected"},
        {"by__exact": "site"},
        {"q": "Okafor"},
        {"q": "Some Account"},
        {"q": "4711"},
        {"q": "203.0.113.9"},
        {"at__year": "2020"},
    ],
)
def test_it_is_searched_and_filtered(administrator, owner, asked):
    AuditEntry.objects.all().delete()
    entry(event="signed_in", user=user_of(administrator), address="198.51.100.1")
    wanted = entry(
        event="connected",
        by="site",
        user=owner.user,
        account_name="Some Account",
        account_gid="4711",
        address="203.0.113.9",
        at=timezone.now().replace(year=2020, day=1),
    )
    assert found(administrator, **asked) == [wanted]
    AuditEntry.objects.filter(event="seen").delete()
    assert [line[4] for line in exported(administrator, **asked)[1:]] == ["Some Account"]


def test_a_line_says_first_when_and_what_and_by_whom_in_one_column(
    administrator, account_manager, owner
):
    AuditEntry.objects.all().delete()
    about = {"user": owner.user, "account_name": "Ada", "address": "203.0.113.9"}
    at = timezone.now().replace(year=2020, month=1, day=2, hour=15, minute=4)
    manager = user_of(account_manager)
    entry(**about, event="changed", by="administrator", actor=manager, at=at, detail="marked")
    entry(by="site", event="cleaned_up", actor=None)
    entry(by="person", actor=owner.user)
    signed_in, cleaned_up, changed = lines(administrator.get(LOG))
    assert list(changed.items()) == [
        *(("when", "2 Jan 2020, 15:04"), ("event", "Changed by an administrator")),
        *(
            ("more", "marked as needing reconnection"),
            ("user", owner.user.username),
            ("account_name", "Ada"),
        ),
        *(("who", "An administrator (manager)"), ("address", "203.0.113.9")),
    ]
    assert (signed_in["who"], cleaned_up["who"]) == ("The person", "Onelist")


def test_it_is_sorted_by_time(administrator):
    AuditEntry.objects.all().delete()
    old, new = (entry(at=timezone.now() - timedelta(days=days)) for days in (2, 1))
    assert found(administrator) == [new, old]
    assert found(administrator, o="0") == [old, new]
    assert found(administrator, o="-0") == [new, old]


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 entry"), (2, "2 entries"), (101, "1 2 101 entries Show all")]
)
def test_it_says_how_many_entries_there_are(administrator, count, words):
    AuditEntry.objects.all().delete()
    for _ in range(count):
        entry()
    page = administrator.get(LOG).content.decode()
    (footer,) = re.findall(r'<p class="paginator">(.*?)</p>', page, re.DOTALL)
    assert " ".join(strip_tags(footer).split()) == words


@pytest.mark.parametrize("page", ["change", "history"])
def test_an_entry_has_a_page(account_manager, owner, page):
    one = owner.user.history.first()
    assert account_manager.get(f"{LOG}{one.pk}/{page}/").status_code == 200


def test_its_page_leads_to_no_history_of_its_own(account_manager, owner):
    one = owner.user.history.first()
    page = account_manager.get(f"{LOG}{one.pk}/change/").content.decode()
    assert f"{LOG}{one.pk}/history/" not in page


@pytest.mark.parametrize("who", LOOKERS)
def test_nobody_changes_it(request, owner, who):
    client, one = request.getfixturevalue(who), owner.user.history.first()
    before = list(AuditEntry.objects.values())
    for path in (f"{LOG}add/", f"{LOG}{one.pk}/delete/"):
        assert client.get(path).status_code == client.post(path, {"post": "yes"}).status_code == 403
    assert client.post(f"{LOG}{one.pk}/change/", {"detail": "x"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": one.pk, "index": 0, "post": "yes"}
    client.post(LOG, data)
    assert list(AuditEntry.objects.values()) == before


@pytest.mark.parametrize(
    "lookup", ["user__password__startswith", "actor__password__startswith", "browser__contains"]
)
def test_it_cannot_be_asked_letter_by_letter(administrator, lookup):
    for path in (LOG, EXPORT):
        assert administrator.get(path, {lookup: "x"}).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {"at__year": "+99999999999"},
        {"at__year": "0"},
        {"at__year": "9999"},
        {"at__year": "99999"},
        {"at__year": "2026", "at__month": "13"},
        {"at__year": "2026", "at__month": "2", "at__day": "31"},
        {"at__year__gte": "+9999999999999"},
        {"at__year__gte": "1_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0"},
        {"at__year__gte": "\u0661" * 20},
        {"at__gte": "0001-01-01T00:00:00+14:00"},
        {"at__lt": "9999-12-31 23:59:59-10:00"},
        {"user__exact": "+99999999999999999999"},
        {"user__exact": " 99999999999999999999"},
        {"user__id__exact": "-99999999999999999999"},
    ],
)
def test_no_time_or_number_breaks_it(administrator, owner, asked):
    for path in (LOG, EXPORT):
        response = administrator.get(path, asked)
        assert response.status_code in {200, 302, 400}
        if response.status_code == 302:
            assert administrator.get(response["Location"]).status_code == 200


# Entries about who has looked at a history


def seen(person) -> list[AuditEntry]:
    return list(person.user.history.filter(event="seen"))


def looked_at(person, page: str) -> str:
    """Return the address of a page on which an administrator reads a user's history."""
    pk, entry_ = person.user.pk, person.user.history.first()
    pages = {
        "entry": f"{LOG}{entry_.pk}/change/",
        "entry's history": f"{LOG}{entry_.pk}/history/",
        "by number": f"{LOG}?user__id__exact={pk}",
        "by number, and more": f"{LOG}?user={pk}&by__exact=person&o=1",
        "by a range": f"{LOG}?user__gte={pk}&user__lt={pk + 1}",
        "by name": f"{LOG}?q=Okafor",
        "by account": f"{LOG}?q={person.account.gid}",
    }
    return pages[page]


@pytest.mark.parametrize("who", LOOKERS)
@pytest.mark.parametrize("page", ["entry", "entry's history", "by number", "by name"])
def test_reading_it_is_written_into_the_persons_history_once_an_hour(
    request, owner, other_user, who, page
):
    client, path = request.getfixturevalue(who), looked_at(owner, page)
    client.get(path)
    client.get(path)
    (one,) = seen(owner)
    assert (one.detail, one.by, one.actor) == ("history", "administrator", user_of(client))
    AuditEntry.objects.filter(pk=one.pk).update(at=timezone.now() - timedelta(minutes=61))
    client.get(path)
    assert len(seen(owner)) == 2
    assert seen(other_user) == []


@pytest.mark.parametrize("page", ["by number, and more", "by a range", "by account"])
def test_however_a_list_comes_to_show_one_person_alone(
    administrator, signed_in_owner, other_user, page
):
    administrator.get(looked_at(signed_in_owner, page))
    assert (len(seen(signed_in_owner)), len(seen(other_user))) == (1, 0)


def test_to_take_it_away_is_to_read_it(administrator, owner, other_user):
    exported(administrator, user__id__exact=str(owner.user.pk))
    assert [one.detail for one in seen(owner)] == ["history_as_csv"]
    exported(administrator)
    exported(administrator, event__exact="signed_in")
    assert (len(seen(owner)), len(seen(other_user))) == (1, 0)


@pytest.mark.parametrize(
    "asked", [{}, {"o": "1"}, {"p": "1"}, {"q": "example.com"}, {"event__exact": "signed_in"}]
)
def test_a_list_of_several_is_the_work_itself(administrator, owner, other_user, asked):
    """An unfiltered list is not recorded as seen, even if all its entries are of one user."""
    if set(asked) <= {"o", "p"}:
        AuditEntry.objects.exclude(user=owner.user).delete()
    administrator.get(LOG, asked)
    assert "seen" not in events()


def test_what_is_about_nobody_or_oneself_is_not_seen(administrator, owner):
    AuditEntry.objects.all().delete()
    about_nobody = entry(event="cleaned_up", by="site")
    about_me = entry(event="log_exported", user=user_of(administrator))
    for one in (about_nobody, about_me):
        administrator.get(f"{LOG}{one.pk}/change/")
        administrator.get(LOG, {"event__exact": one.event})
    administrator.get(LOG, {"user__isnull": "1"})
    assert "seen" not in events()


@pytest.mark.parametrize("asked", [{"at__year": "x"}, {"user__password": "x"}])
def test_a_list_that_is_refused_is_not_seen(administrator, owner, asked):
    administrator.get(LOG, asked)
    assert "seen" not in events()


# The export


@pytest.mark.parametrize("who", ["owner", "other_user", "nobody"])
def test_the_export_is_the_administrators(request, owner, who):
    response = request.getfixturevalue(who).get(EXPORT)
    assert response["Location"] == f"/admin/login/?next={EXPORT}"


@pytest.mark.parametrize("who", LOOKERS)
def test_it_is_a_file_with_all_there_is(request, owner, who):
    client = request.getfixturevalue(who)
    entry(user=owner.user, **saying('a, "b"\nc'), browser="Firefox", address="203.0.113.9")
    response = client.get(EXPORT)
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="audit-log-')
    assert "no-store" in response["Cache-Control"]
    lines = read(response.getvalue().decode("utf-8-sig"))
    assert lines[0] == list(COLUMNS)
    assert lines[1][2:] == [
        *(owner.user.username, "", "", "The person", "", "203.0.113.9", "Firefox"),
        *('a, "b"\nc', ""),
    ]


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff201", "'\uff201"),
        (";=1", ";'=1"),
        ("a;=1;+1", "a;'=1;'+1"),
        ("a,@b", "a,'@b"),
        ("a\t-1", "a\t'-1"),
        ("a; \u00a0=1", "a; \u00a0'=1"),
        ('a;"=1', "a;\"'=1"),
    ],
)
@pytest.mark.parametrize("field", ["detail", "browser", "account_name", "account_gid"])
def test_no_cell_is_a_formula(administrator, text, harmless, field):
    entry(**(saying(text) if field == "detail" else {field: text}))
    cells = exported(administrator)[1]
    assert harmless in cells
    assert text not in cells


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula_where_another_letter_separates_them(administrator, separator):
    """The separator depends on the language of the spreadsheet program."""
    agents = [
        f"Mozilla/5.0 (X11{separator}=cmd|' /C calc'!A0{separator}x)",
        f'Mozilla/5.0 "{separator}=cmd|x',
        f'Mozilla/5.0 {separator}"=cmd|x',
        f'Mozilla/5.0 "{separator} "=cmd|x',
    ]
    for agent in agents:
        entry(browser=agent)
    text = administrator.get(EXPORT).getvalue().decode("utf-8-sig")
    assert text.count("cmd|") == len(agents)
    for cell in re.split(rf"{separator}|\r\n", text):  # whatever it makes of quotation marks
        assert not cell.lstrip('" ').startswith(("=", "+", "-", "@")), cell


def test_a_spreadsheet_is_told_how_its_letters_are_written(administrator, owner):
    """Without a byte order mark, Excel assumes the encoding of its own language."""
    assert administrator.get(EXPORT).getvalue().startswith(b'\xef\xbb\xbf"when",')


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-23", "a=b", "Ada Okafor", "", "1+1", "ä🙂", "a; b, c=d"),
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ],
)
def test_other_cells_stay_as_they_are(administrator, text):
    entry(**saying(text))
    assert exported(administrator)[1][9] == text


def test_exporting_is_written_down_with_how_many_and_no_names(account_manager, owner):
    count = AuditEntry.objects.count()
    exported(account_manager, q="Okafor")
    exported(account_manager)
    written = list(AuditEntry.objects.filter(event="log_exported").order_by("pk"))
    assert [each.actor for each in written] == [user_of(account_manager)] * 2
    assert [each.detail for each in written] == ["entries_exported"] * 2
    assert written[1].detail_args == {"count": count + 2}  # this, and that it was seen
    assert "Okafor" not in str(written[0].detail_args)


def test_one_entry_is_one(administrator):
    AuditEntry.objects.all().delete()
    entry()
    exported(administrator)
    written = AuditEntry.objects.get(event="log_exported")
    assert messages.detail_message(written) == "1 entry, as CSV"


def test_an_address_that_makes_no_sense_exports_nothing(administrator):
    response = administrator.get(EXPORT, {"at__year": "x"})
    assert response["Location"] == f"{LOG}?e=1"
    assert "log_exported" not in events()


def test_thousands_are_exported(administrator):
    now = timezone.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(event="connected", by="person", at=now - timedelta(seconds=each))
        for each in range(3000)
    )
    assert len(exported(administrator, event__exact="connected")) == 3001


def test_the_list_links_to_the_export_of_what_it_shows(administrator, owner):
    page = administrator.get(LOG, {"event__exact": "connected"}).content.decode()
    assert f'href="{EXPORT}?event__exact=connected"' in page
