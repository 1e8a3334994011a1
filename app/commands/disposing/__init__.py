"""`flask records dispose`, `disposals`, `release` and `withdraw`."""
