"""Whether this service is being taken out of work: one flag that all its processes see."""

import mmap

_flag = mmap.mmap(-1, 1)
"""Shared with every process forked from the one that imported this first: the server's master,
which sets it.
"""


def begin() -> None:
    """From now on say that no more requests should be sent here.

    What still comes is answered as before.
    """
    _flag[0] = 1


def is_draining() -> bool:
    """Whether that was said."""
    return _flag[0] == 1
