"""Who a client is: how it proves itself, and that it holds the key it names.

What a client may do is `gateway.model.client`'s; where it is kept, `gateway.pool.clients`'s.
"""
