"""A pool that a file declares, and one that a command makes."""

from tests.cli.desk import Desk

DECLARED = "us-east-1_Declared0"
FILE = f"""
kind = "pool"
id = "people"
owner = "team@example.com"
pool_id = "{DECLARED}"
[[client]]
id = "app"
"""


def make(desk: Desk, *settings: str) -> str:
    """Make a pool; return its id."""
    row = desk.json("pools", "create", "Shop", *settings)
    pool_id: str = row["id"]
    return pool_id
