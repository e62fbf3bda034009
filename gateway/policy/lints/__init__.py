"""What looks wrong in policies that are without fault: safety (W1xx), hygiene (W2xx).

A lint reads what was compiled; it decides nothing and keeps nothing from starting. What is
wrong for certain is a fault, and is found where the policies are compiled.
"""
