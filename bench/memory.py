"""Memory of a program and of the processes that it has started."""

import psutil


def megabytes_of(pid: int) -> list[float]:
    """Return the resident memory in MB of a program's processes."""
    program = psutil.Process(pid)
    family = [program, *program.children(recursive=True)]
    return [each.memory_info().rss / 1e6 for each in family]
