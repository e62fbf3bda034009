"""From a plan to closures that evaluate it, and to explanations of what they did.

What functions compute is in `gateway.cel.library`.
"""
