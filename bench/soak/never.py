"""Name what must never happen to a site, and a soak counts."""

from typing import Final

NEVER: Final = {
    "lost": "completions that a person was told of, and Asana does not show",
    "doubled": "completions that Asana was sent twice",
    "untold": "tasks that Asana shows as completed, where a person was told that nothing changed",
    "removed": "tasks that vanished from a list, though they were still assigned",
    "differing": "rows that differ from Asana's when all was quiet again",
    "tokens": "accounts that were asked to reconnect",
    "stuck": "accounts that were not synced within two minutes of quiet, or whose lease stayed",
    "errors": "responses with status 500",
    "ended": "processes that ended by themselves",
}
