"""People as administrators keep them, and what people may do with their own profiles.

Does not prove who asks (`gateway.pool.sign_in` and `gateway.oauth` do), nor whether an
administrator is one. Sends nothing: messages are handed over to a `Messenger`.
"""
