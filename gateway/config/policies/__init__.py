"""The settings of `policies/*.toml`: rules, roles, claims to mint, and their tests.

Owns their shape. Compiles no expression and decides nothing (`gateway.policy` does).
"""
