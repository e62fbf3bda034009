"""The gateway's own signing keys and their life: next, active, retired.

Owns the key ring, its encryption at rest and its rotation. Does not sign tokens;
`gateway.mint` does.
"""
