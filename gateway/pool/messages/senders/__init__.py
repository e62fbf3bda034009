"""The ways to send: SMTP, webhooks, and not at all, to be read in the outbox.

Each takes a worded message and says whether it went out; when to try again is decided in
`gateway.pool.messages.delivery`.
"""
