from asana_tasks import sync


def test_it_lists_every_open_task(owner):
    assert sync.run(owner.account).state == "done"
    page = owner.get("/tasks/").content.decode()
    assert "Write the plan" in page
