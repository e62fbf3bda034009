"""Every connection that the gateway opens on its own account.

Owns the limits of outbound requests: hosts, addresses, redirects, sizes, times. Proxied
traffic is not its business; `gateway.upstream` carries that.
"""
