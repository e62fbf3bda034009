"""What the gateway tells its operator: logs with a request id, and counters.

Owns the form of log lines and where they go. Never decides, and never holds a secret.
"""
