"""What must survive a restart: identities and their links, in SQL.

Owns the tables and the migrations. Does not know what an identity means
(`gateway.identity` does) and seals no secrets (`gateway.keys` owns the seal).
"""
