"""Filters that turn the codes stored in a row into sentences: `{{ account|reconnect_reason }}`."""

from django import template

from accounts import messages

register = template.Library()
register.filter("reconnect_reason", messages.error_message)
register.filter(messages.detail_message)
