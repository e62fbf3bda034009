"""The settings of a user pool that is declared in a file.

Owns their shape and defaults. What they mean, and how they come into the database, is the
business of `gateway.pool.declared`, which also finds what only the whole of them shows.
"""
