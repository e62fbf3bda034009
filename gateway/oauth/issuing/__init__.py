"""Tokens of pools: what they say, who signs them, and whether one is still good.

Does not know how somebody came to be given one; the grants do.
"""
