"""One wire dialect each: parse, call, render.

The only packages, with `gateway.app`, that know ASGI and the web framework. Each has one
table from failures to its dialect's errors.
"""
