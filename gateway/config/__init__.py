"""The settings and the files people write: read once, checked whole, then frozen.

Owns `config.toml`, `providers/*.toml` and `policies/*.toml`: their shape, their defaults,
their positions and their faults. Does not compile expressions (`gateway.policy` and
`gateway.identity` do) and opens nothing but files.
"""
