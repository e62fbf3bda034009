"""Which service a request goes to, and the connections to it.

Owns the route table and a strict HTTP/1.1 client pool. Sends what it is given: what may
be sent was decided before.
"""
