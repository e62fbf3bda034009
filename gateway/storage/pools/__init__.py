"""User pools: people, what proves them, their codes, failures, clients and groups.

Each class works inside a transaction of somebody else's (`Database.reading`,
`Database.write`), so that several changes are kept together or not at all. What the rows mean
is the business of `gateway.pool`.
"""
