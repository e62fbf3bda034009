"""What the decision log holds of a decision: the values that it read, as JSON.

Collects them for `gateway.telemetry`, which writes the lines, and reads lines back. Does not
decide, and does not decide anew: that is `gateway.policy.replaying`.
"""
