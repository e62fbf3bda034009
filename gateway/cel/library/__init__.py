"""What expressions can call: the operators, the standard functions, the extensions.

Each module declares its functions with their types and implements them on plain values.
Nothing here knows of syntax or positions; `gateway.cel.functions` has the gateway's own.
"""
