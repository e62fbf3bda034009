"""The page for those who write expressions: what there is, with examples that are run.

Signatures, variables and limits come from the declarations; only the words are here.
"""
