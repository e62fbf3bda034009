"""The authorization endpoint, apart from any wire: requests, browser sessions, consents.

Decides what comes next for a browser that a client has sent. Shows no page and signs nobody
in: the hosted pages do, and come back here.
"""
