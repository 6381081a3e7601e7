from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest) -> str:
    """Where a button was pressed, as its form says, if that is a page of ours; else the list."""
    here = request.POST.get("next", "")
    safe = here.startswith("/") and url_has_allowed_host_and_scheme(here, allowed_hosts=None)
    return here if safe else "asana_tasks:task_list"
