"""Is the credential what it says it is?

Takes a credential from the request and checks it: signature, issuer, audience, type and
lifetime. Does not say who the subject is here; `gateway.identity` does.
"""
