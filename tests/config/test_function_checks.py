"""Pools call functions that there are."""

from tests.config.files import Folder

POOL = """\
kind = "pool"
id = "people"
pool_id = "us-east-1_Ab3dE6gH9"
owner = "people-team@example.com"
name = "people"

[triggers.functions]
pre_sign_up = "shop"
"""
FUNCTION = '\n[triggers.shop]\npython = "shop:lambda_handler"\n'


def test_a_function_that_is_declared_is_found(folder: Folder) -> None:
    """By its name; what it leads to is known in `config.toml` alone."""
    folder.write("providers/pool.toml", POOL)
    folder.add("config.toml", FUNCTION)

    settings = folder.load().settings

    assert settings.triggers["shop"].python == "shop:lambda_handler"


def test_one_that_is_not_is_told_where_it_is_named(folder: Folder) -> None:
    """With the one that may have been meant."""
    folder.write("providers/pool.toml", POOL.replace('"shop"', '"shoq"'))
    folder.add("config.toml", FUNCTION)

    (fault,) = [each for each in folder.faults() if each.code == "E336"]

    assert "shoq" in fault.message
    assert "shop" in fault.help
    assert fault.line == 8
