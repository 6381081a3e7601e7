"""Filters that word the codes kept in a row: `{{ account|reconnect_reason }}`."""

from django import template

from accounts import messages

register = template.Library()
register.filter("reconnect_reason", messages.error_message)
register.filter(messages.detail_message)
