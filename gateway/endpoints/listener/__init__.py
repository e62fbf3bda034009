"""The sockets that callers connect to, and how strictly their HTTP/1.1 is read.

Owns ports, TLS, connections, the framing of requests, and every limit that is checked
before an application sees anything. Runs an ASGI application and knows nothing of what it
does; canonical paths, credentials and forwarded headers are read by those behind it.
"""
