"""The grants of the token endpoint, one a module.

Each owns its parameters and what it checks. What every grant needs, the table of grants
and the closed set of parameters, is `gateway.oauth.server`'s.
"""
