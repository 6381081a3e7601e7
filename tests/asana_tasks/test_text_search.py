"""What people type finds what is written."""
# ruff: noqa: RUF001  (letters and signs that look alike are what this is about)

import pytest
from django.utils import timezone

from asana_tasks.models import Task
from asana_tasks.text_search import normalize
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.migrations import migrate, migrate_to_now

PAIRS = {
    "apostrophe": ("don’t forget", "don't"),
    "a key beside it": ("don’t forget", "don`t"),
    "modifier letter": ("Hawaiʻi", "hawai'i"),
    "low and high quotes": ("„Angebot“ prüfen", '"angebot"'),
    "guillemets": ("«Élan»", '"elan"'),
    "prime": ("5′ 6″", "5' 6\""),
    "non-breaking hyphen": ("e‑mail", "e-mail"),
    "en dash": ("2026–2027", "2026-2027"),
    "em dash": ("now—or never", "now-or"),
    "minus": ("−5 °C", "-5"),
    "a dash that is typed": ("2026-2027", "2026–2027"),
    "soft hyphen": ("Donau\u00addampf", "donaudampf"),
    "zero width space": ("new\u200bline", "newline"),
    "byte order mark": ("\ufeffReport", "report"),
    "zero width joiner": ("می\u200cخواهم", "میخواهم"),
    "marks of direction": ("\u2067שלום\u2069 world", "שלום world"),
    "variation selector": ("❤️ list", "❤"),
    "dotted capital": ("İSTANBUL", "istanbul"),
    "dotless": ("Işık", "isik"),
    "dotless, typed": ("Isik", "ışık"),
    "stroke": ("Łódź Ørsted", "lodz orsted"),
    "hook and tail": ("ƙasa ɗaya", "kasa daya"),
    "schwa": ("Bakı, Gəncə", "gence"),
    "io": ("Ёлка", "елка"),
    "ghe with upturn": ("Ґанок", "ганок"),
    "final sigma": ("ΛΌΓΟΣ", "λογοσ"),
    "yeh and kaf of Persian": ("كتابي", "کتابی"),
    "alef with hamza": ("أحمد", "احمد"),
    "teh marbuta": ("مدرسة", "مدرسه"),
    "tatweel": ("محـــمد", "محمد"),
    "digits": ("سنة ٢٠٢٦", "2026"),
    "final letters of Hebrew": ("שלום", "שלומ"),
    "full width": ("ＡＢＣ－１", "abc-1"),
    "half width": ("ﾊﾝｶｸ", "ハンカク"),
    "ligature": ("ﬁnal", "final"),
    "long s": ("Poſt", "post"),
}


@pytest.mark.parametrize(("written", "typed"), PAIRS.values(), ids=PAIRS)
def test_what_is_typed_finds_what_is_written(owner, written, typed):
    (task,) = add_tasks(workspace_of(owner.account), {"name": written})
    assert list(Task.objects.search(typed)) == [task]


@pytest.mark.parametrize(
    ("written", "typed"),
    [("и", "n"), ("р", "p"), ("ο", "o"), ("cafe", "cafés"), ("new line", "newline")],
)
def test_what_only_looks_alike_is_not_found(owner, written, typed):
    add_tasks(workspace_of(owner.account), {"name": written})
    assert not Task.objects.search(typed)


@pytest.mark.parametrize("typed", ["", " ", "\u200b", "\u3164 \u00ad"])
def test_a_search_for_nothing_visible_is_none(owner, typed):
    tasks = add_tasks(workspace_of(owner.account), {"name": "a"}, {"name": "\u200b"})
    assert set(Task.objects.search(typed)) == set(tasks)


@pytest.mark.parametrize("written", [written for written, _ in PAIRS.values()])
def test_what_is_folded_stays_as_it_is(written):
    assert normalize(normalize(written)) == normalize(written)


@pytest.mark.django_db(transaction=True)
def test_rows_of_before_are_folded_by_the_update(owner, request):
    (task,) = add_tasks(workspace_of(owner.account), {"name": "Don’t"})
    request.addfinalizer(migrate_to_now)
    apps = migrate([("asana_tasks", "0004_drop_legacy_error")])
    old = apps.get_model("asana_tasks", "Task").objects.filter(pk=task.pk)
    old.update(search_text="don’t\nısı", sort_name="don’t", seen_at=timezone.now())
    migrate_to_now()
    task.refresh_from_db()
    assert (task.search_text, task.sort_name) == ("don't\nisi", "don't")
