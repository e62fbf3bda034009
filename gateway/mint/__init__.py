"""Makes the short-lived credential that stands for the caller at an upstream.

Owns the token profiles, the cache of what was minted, and the check of each token before
it leaves. Does not decide whether to mint; `gateway.policy` has.
"""
