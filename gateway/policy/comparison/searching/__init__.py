"""Requests for which conditions are true, or false: made, tried and changed.

Knows one side at a time, and how an input has to change for an expression to notice. What
two sides make of a request is compared in `gateway.policy.comparison`.
"""
