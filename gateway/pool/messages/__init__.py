"""What people are sent: worded, queued with what caused it, delivered later.

Owns the texts, the queue and the ways to send (SMTP, webhooks, an outbox to read from).
Does not make codes (`gateway.pool.codes`), and does not decide when somebody is told.
"""
