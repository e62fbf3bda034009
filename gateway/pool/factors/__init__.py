"""What people prove themselves with beside a password.

Authenticator apps, passkeys, recovery codes, remembered devices, and which of them somebody
has switched on. Each is a service of its own; none knows where a sign-in stands or what is
asked next (`gateway.pool.sign_in` does).
"""
