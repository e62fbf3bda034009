"""The pages people see: sign-up, sign-in, recovery, consent, their own account.

Plain forms that work without a script, passkeys apart. Decides nothing: what comes next in
a sign-in is `gateway.pool`'s business, what a client receives `gateway.oauth`'s. Knows how
it is asked and shown, in which language, and what a browser must be told to keep it safe.
"""
