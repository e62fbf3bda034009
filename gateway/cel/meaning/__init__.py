"""What an expression means: its tree with each name resolved and each type known.

The plan, who makes it, and what can be said of one: its cost, what it reads. Evaluates
nothing; `gateway.cel.compiling` makes what does.
"""
