"""Somebody who signs in elsewhere, and is somebody here.

Sends browsers to a provider, checks what comes back, and finds out which person of a pool it
is about. Knows no wire and no page; `gateway.endpoints` does.
"""
