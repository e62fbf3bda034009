"""From tables to settings, and from pydantic's errors to faults with a place.

The library's own sentences are for programmers, and some quote the input, which may be a
secret; so every fault here is worded anew from the error's kind.
"""

from datetime import date, datetime, time
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.config.document import Document, is_secretive
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.config.settings.door import Door
from gateway.config.settings.section import Section, key_of
from gateway.config.settings.values import size_text
from gateway.config.suggestion import suggest

S = TypeVar("S", bound=Section)

# What a value has to be, by the library's name for its being something else.
_SHAPES = {
    "bool_type": "`true` or `false`",
    "date_from_datetime_inexact": "a date",
    "date_type": "a date",
    "dict_type": "a table",
    "float_type": "a number",
    "int_type": "a whole number",
    "mapping_type": "a table",
    "model_attributes_type": "a table",
    "model_type": "a table",
    "string_type": "text",
    "tuple_type": "a list",
}

# What a value is. What is also something less exact comes first.
_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "`true` or `false`"),
    (str, "text"),
    (int, "a number"),
    (float, "a number"),
    (datetime, "a date with a time"),
    (date, "a date"),
    (time, "a time"),
    (list, "a list"),
    (dict, "a table"),
)

# Bounds, by the library's name for their being passed: the name of the bound in the error's
# context, and how it is said.
_BOUNDS = {
    "greater_than": ("gt", "more than {}"),
    "greater_than_equal": ("ge", "at least {}"),
    "less_than": ("lt", "less than {}"),
    "less_than_equal": ("le", "at most {}"),
}
_LENGTHS = {
    "string_too_long": ("max_length", "at most {} characters long"),
    "string_too_short": ("min_length", "at least {} characters long"),
    "too_long": ("max_length", "of at most {} entries"),
    "too_short": ("min_length", "of at least {} entries"),
}


# Past this, a number is not even told from others by the library.
_MAX_BITS = 63


class Reader:
    """Validates tables of one document and keeps the faults.

    Attributes:
        faults: What has been found so far.
    """

    def __init__(self, document: Document, door: Door) -> None:
        self.faults: list[Fault] = []
        self._document = document
        self._door = door

    def read(self, model: type[S], table: Any, keys: Keys = ()) -> S | None:
        """Return the settings in a table, or `None` if there are faults in it.

        Args:
            model: What the table has to be.
            table: Its values.
            keys: Where it stands in the document.
        """
        try:
            return model.model_validate(table, context=self._door)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        # First what may not be shown, so that no other fault on its line shows it.
        for detail in details:
            if detail["type"] == "E501":
                self._document.hide((*keys, *_written(detail["loc"])))
        self.faults += [
            fault
            for detail in details
            if not _follows(detail, details)
            for fault in self._faults(model, table, keys, detail)
        ]
        return None

    def _faults(
        self, model: type[Section], table: Any, keys: Keys, detail: ErrorDetails
    ) -> list[Fault]:
        loc = _written(detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                return self._unknown(model, loc, keys, _find(table, loc))
            case "missing":
                # The key is missing in the table that is one level up.
                message = f"{_dotted(loc)} is missing"
                return [self._document.fault("E104", (*keys, *loc), message)]
            case "default_factory_not_called":
                # A default that depends on a value which is a fault itself.
                return []
            case "literal_error" if loc == ("schema",):
                message = "schema: this version of the gateway reads `schema = 1`"
                return [self._document.fault("E107", (*keys, *loc), message)]
            case _:
                return [self._wrong(loc, keys, detail, _find(table, loc))]

    def _unknown(
        self, model: type[Section], loc: Keys, keys: Keys, value: Any
    ) -> list[Fault]:
        section = _section_at(model, loc[:-1])
        name = str(loc[-1])
        place = (*keys, *loc)
        purpose = section.UNAVAILABLE.get(name)
        if purpose is None:
            inside = f" in {_dotted(loc[:-1])}" if loc[:-1] else ""
            message = f"unknown key `{name}`{inside}"
            hint = suggest(name, _known_keys(section))
            return [self._document.fault_at_key("E103", place, message, help=hint)]
        message = f"{_dotted(loc)}: {purpose} is not available in this version"
        faults = [self._document.fault_at_key("E110", place, message)]
        if isinstance(value, str) and is_secretive(place):
            message = f"{_dotted(loc)}: a secret is written here"
            faults.append(self._document.fault("E501", place, message))
        return faults

    def _wrong(self, loc: Keys, keys: Keys, detail: ErrorDetails, value: Any) -> Fault:
        code, message, hint = _worded(detail, value)
        at: Keys = detail.get("ctx", {}).get("at", ())
        is_of_key = detail["loc"] != loc
        loc = (*loc, *at)
        named = f"{_dotted(loc)}: {message}" if loc else message
        place = (*keys, *loc)
        if is_of_key:
            return self._document.fault_at_key(code, place, named, help=hint)
        return self._document.fault(code, place, named, help=hint)


def _written(loc: tuple[int | str, ...]) -> Keys:
    # A fault of a key, not of its value, is marked by the library with a last "[key]".
    return loc[:-1] if loc and loc[-1] == "[key]" else loc


def _follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Return whether a list is too short only because its entries have faults."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc
        for other in details
    )


def _dotted(loc: Keys) -> str:
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in loc)
    return text.removeprefix(".")


def _find(table: Any, loc: Keys) -> Any:
    for key in loc:
        try:
            table = table[key]
        except (KeyError, IndexError, TypeError):
            return None
    return table


def _worded(detail: ErrorDetails, value: Any) -> tuple[str, str, str]:
    """Return code, message and help for an error of a value."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind.startswith("E"):
        return kind, str(context["message"]), str(context["hint"])
    if kind == "literal_error":
        return _not_one_of(str(context["expected"]), value)
    if kind in _BOUNDS:
        name, said = _BOUNDS[kind]
        return "E106", f"has to be {said.format(_bound(context[name], value))}", ""
    if kind in _LENGTHS:
        name, said = _LENGTHS[kind]
        amount = context[name]
        message = (
            f"has to be {said.format(amount)}" if amount > 1 else "must not be empty"
        )
        return "E106", message, ""
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return "E106", "is too large a number", ""
    # Whatever else the library may find names itself, without the input.
    needed = _SHAPES.get(kind, f"something else ({kind})")
    return "E105", f"is {_shape(value)}, and has to be {needed}", ""


def _not_one_of(expected: str, value: Any) -> tuple[str, str, str]:
    options = [each.strip("' ") for each in expected.replace(" or ", ",").split(",")]
    listed = " or ".join(f"`{option}`" for option in options)
    hint = suggest(value, options) if isinstance(value, str) else ""
    return "E105", f"has to be {listed}", hint


def _bound(bound: Any, value: Any) -> str:
    # The library hands lengths of time over as words, and sizes as what they are inside.
    is_size = isinstance(value, str) and isinstance(bound, int)
    return size_text(bound) if is_size else str(bound)


def _shape(value: Any) -> str:
    return next(
        (name for kind, name in _NAMES if isinstance(value, kind)), "something else"
    )


def _known_keys(section: type[Section]) -> list[str]:
    return [
        *(key_of(section, name) for name in section.model_fields),
        *section.UNAVAILABLE,
    ]


def _section_at(model: type[Section], loc: Keys) -> type[Section]:
    """Return the model of the table at a place: a closed one, as keys are unknown to it."""
    found: Any = model
    for key in loc:
        found = _inner_type(_bare(found), key)
    found = _bare(found)
    return found if isinstance(found, type) and issubclass(found, Section) else Section


def _inner_type(outer: Any, key: str | int) -> Any:
    if isinstance(outer, type) and issubclass(outer, Section):
        fields = outer.model_fields
        named = {key_of(outer, name): fields[name].annotation for name in fields}
        return named[str(key)]
    # An array has its elements' type first, a mapping its values' type second.
    arguments = get_args(outer)
    return arguments[0] if isinstance(key, int) else arguments[-1]


def _bare(annotation: Any) -> Any:
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            annotation = next(
                each for each in get_args(annotation) if each is not type(None)
            )
        else:
            return annotation
