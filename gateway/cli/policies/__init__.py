"""The commands and reports about policies that are more than one file of code.

Prints and writes what `gateway.policy` finds out; finds out nothing itself.
"""
