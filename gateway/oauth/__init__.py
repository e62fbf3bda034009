"""The token endpoint's grants, apart from any wire framework.

Owns what a grant checks and issues. Does not parse forms or render errors;
`gateway.endpoints.oauth` does.
"""
