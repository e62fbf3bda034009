"""What a pool knows of a person: which attributes there are, and which values they take.

Whether an address is the person's own is found out by `gateway.pool.codes`.
"""
