"""How much the tests beside the policies prove: coverage and mutation.

Knows which rules and which parts of conditions the tests have seen true and false, and
which changes of the policies no test would notice. Does not run the tests for their own
sake (`gateway.policy.testing` does) and prints nothing (`gateway.cli` does).
"""
