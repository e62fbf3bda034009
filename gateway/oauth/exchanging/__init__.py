"""The exchange of tokens for anybody who has one (RFC 8693): whose it is, what for, and why.

What a token says is for `authentication` to check, whose it is for `identity` to find, and
whether it is exchanged for `policy` to decide. Clients of pools exchange their pool's tokens in
`gateway.oauth.grants`.
"""
