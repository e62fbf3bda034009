"""Recorded decisions, decided anew.

Reads what the decision log holds and asks other policies, or the same, the same questions:
the answer is the same, another one, or cannot be told from what was recorded. Does not write
the log (`gateway.policy.recording` and `gateway.telemetry` do), and never guesses.
"""
