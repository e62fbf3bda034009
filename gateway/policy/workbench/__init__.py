"""Expressions that somebody types, in the environment of a policy file.

The same compiler, the same programs and the same variables as for what stands in the file.
Prints nothing and reads nothing: the command line does.
"""
