"""What a change of the policies changes: who gets in that did not, and who no longer does.

Compares two sets of files by their decisions, and writes down as a table who may do what.
Reads no file and no revision (`gateway.config`, `gateway.cli` do); decides nothing itself.
"""
