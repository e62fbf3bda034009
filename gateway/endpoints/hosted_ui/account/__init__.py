"""The account: what people see and change of their own.

Every page of it is behind a sign-in of its pool, and what would help a thief behind one that
has just been made.
"""
