"""The same case again: on other days, in other editions, from what was kept of it."""
