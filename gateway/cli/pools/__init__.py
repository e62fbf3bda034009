"""`gateway pools`: user pools and their clients, for operators.

What they are is the business of `gateway.pool`; here they are read from arguments and printed.
"""
