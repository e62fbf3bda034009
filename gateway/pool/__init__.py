"""Directories of people: who may sign in with a password, a code or a passkey of ours.

Owns the people of a pool, their secrets and the states of a sign-in, as Amazon Cognito has
them. Issues no tokens (`gateway.oauth` does) and draws no pages (`gateway.endpoints` does);
people of other providers come through `gateway.federation`.
"""
