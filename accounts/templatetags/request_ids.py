"""`{% request_id %}`: what names this request in the log.

Error pages are made without a context that could hold it.
"""

from django import template

from accounts import log_context

register = template.Library()


@register.simple_tag
def request_id() -> str:
    return str(log_context.fields().get("request_id", ""))
