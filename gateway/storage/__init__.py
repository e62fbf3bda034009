"""What must survive a restart: identities and their links, in SQL.

Owns the tables, the migrations and the seal over secrets in rows. Does not know what an
identity means; `gateway.identity` does.
"""
