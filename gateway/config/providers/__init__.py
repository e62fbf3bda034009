"""The settings of `providers/*.toml`, one module for each kind of provider.

Owns their shape and defaults. Does not compile the CEL expressions in them
(`gateway.identity` does) and talks to nobody (`gateway.authentication` does).
"""
