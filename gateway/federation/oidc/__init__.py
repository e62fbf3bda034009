"""The gateway as a relying party of OpenID Connect providers.

Sends browsers there and redeems what they bring back. Whether an ID token is good is decided
by `gateway.authentication`, and what becomes of its subject by the rest of `federation`.
"""
