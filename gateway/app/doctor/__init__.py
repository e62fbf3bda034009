"""What is in the way of a provider, and what to do about it.

Goes the ways that a sign-in goes, with the same code, and with a code and a token that are
made up: so what it finds is what people would find. Changes nothing, here or elsewhere.
"""
