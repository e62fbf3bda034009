"""Pools that are declared in files: from what stands there into the database.

The shape of the files is `gateway.config.providers.pool`'s; what pools are and do is the rest
of `gateway.pool`'s.
"""
