"""Sign-in at providers that speak OAuth 2.0, or 1.0a, and not OpenID Connect.

The code flow ends with an access token; who it belongs to, and that it is our app's, is
found out by `gateway.authentication.opaque`.
"""
