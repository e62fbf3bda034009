"""What a password must be, and how it is kept.

No module knows whose password it is. Proving one without sending it is `gateway.pool.srp`.
"""
