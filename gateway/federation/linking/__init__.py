"""Which person of a pool a login of a provider belongs to, and who may say so.

Takes what a provider has proven and decides; keeps links, and the proofs that a person gives
on the way to one. Nobody is ever found by an address alone that nobody has proven.
"""
