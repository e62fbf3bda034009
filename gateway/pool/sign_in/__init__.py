"""A sign-in, from the first factor to being let in.

What comes next is decided in one place, whichever wire it is asked on. Issues no tokens
(`gateway.oauth` does) and sends no codes (`gateway.pool.messages` does).
"""
