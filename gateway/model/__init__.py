"""The values that travel between the stages.

Each is frozen and knows nothing but its own consistency. Nothing here reads a file,
opens a socket or looks at a clock; `gateway.config` owns the settings.
"""
