"""The smallest change that would make the policies allow what they deny.

Walks the plan of each expression, asks the same programs for the values of its parts, and
tries what it found by asking the engine again. Decides nothing itself.
"""
