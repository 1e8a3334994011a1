"""Whether the service is shutting down: one flag for all of its processes."""

import mmap

_flag = mmap.mmap(-1, 1)
"""Shared with every process forked from the one that imported this first: the server's master,
which sets it.
"""


def begin() -> None:
    """Report the shutdown from now on. The service still answers all requests."""
    _flag[0] = 1


def is_draining() -> bool:
    """Whether that was said."""
    return _flag[0] == 1
