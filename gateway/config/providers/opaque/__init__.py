"""The kinds of provider whose access tokens say nothing to whoever holds one.

Whose app such a token was given to is found out by asking the provider, and every kind here
says how. One module for each.
"""
