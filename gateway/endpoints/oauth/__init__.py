"""The OAuth 2.0 dialect: forms in, JSON out, with the errors of RFC 6749.

Knows how a token request looks on the wire. What a grant checks and issues is
`gateway.oauth`'s.
"""
