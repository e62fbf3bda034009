"""The Common Expression Language: parse, check, compile, evaluate, explain.

Owns the language, its types and the functions that policies may call. Knows nothing of
rules or requests; `gateway.policy` does.
"""
