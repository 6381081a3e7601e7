from django.http import HttpRequest

from config import VERSION


def version(_request: HttpRequest) -> dict[str, str]:
    return {"version": VERSION}
