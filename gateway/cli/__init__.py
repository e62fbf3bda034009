"""The commands: read arguments, call, print.

Each command is a module named like it. Knows no rule of its own: what a command finds out,
a package below has found out.
"""
