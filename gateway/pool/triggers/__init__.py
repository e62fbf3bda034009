"""Functions of others that a pool asks at fixed points of what it does.

Owns Amazon Cognito's events and what is made of the answers, and the ways to call: signed
webhooks, Python callables, conditions in CEL. When a trigger runs is decided by whoever
does what it is about (`gateway.pool`); never inside a transaction.
"""
