"""A witness of transparency logs (C2SP tlog-witness): signs a log's head only where it goes on from
the last head it signed.

It shares the log's formats with the service, and nothing else.
"""
