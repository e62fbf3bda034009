"""May this identity do this, and with which roles and claims?

Compiles the policy files, decides, explains, and runs the tests that stand in the files.
Knows no wire and no database.
"""
