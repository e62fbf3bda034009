"""The proxy door: HTTP/1.1 requests for an upstream, as one raw ASGI callable.

Parses the request once, asks `gateway.pipeline`, streams to and from the upstream, and
writes the logs' lines. Does not decide, and does not know the web framework: every
microsecond here is spent on each request.
"""
