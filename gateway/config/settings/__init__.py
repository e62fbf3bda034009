"""The sections of `config.toml`, one module each.

Owns the shape, the bounds, the defaults and the description of each setting. Whether the
sections agree with each other is checked in `gateway.config.checks`.
"""
