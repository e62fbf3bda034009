"""Builds every object once, from the configuration, and runs them.

The one package that knows everybody: tools, stages, doors, in that order. Nothing here
decides anything about a request.
"""
