"""`gateway users`: a pool's people, their groups, and files of them.

What may be done is decided in `gateway.pool`; here arguments are read and answers printed.
"""
