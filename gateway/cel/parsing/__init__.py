"""From the text of an expression to its tree, and to its terms.

Tokens are ours, the grammar is cel-python's. Knows no names and no types:
`gateway.cel.meaning` has those.
"""
