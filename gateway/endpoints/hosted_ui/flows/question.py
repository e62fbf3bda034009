"""What a sign-in asks, as it is carried from one page to the next.

Stands in the address, sealed (`carried`): so the page can be loaded again, a second tab has a
sign-in of its own, and a browser's history leads nowhere for anybody else.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import STEP, Visit
from gateway.pool.sign_in.values import Asked, ChallengeName

_KIND: Final = "question"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that has to be answered before somebody is let in.

    Attributes:
        name: What is asked.
        session: Goes with the answer.
        username: As typed.
        destination: Where a code went, masked; empty if none was sent.
        choices: From what to choose.
        attributes: Which have to be given.
        parameters: What else the page needs.
    """

    name: ChallengeName
    session: str = field(repr=False)
    username: str
    destination: str = ""
    choices: tuple[ChallengeName, ...] = ()
    attributes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, asked: Asked, username: str) -> "Question":
        """Return what is asked of somebody who typed a name."""
        return cls(
            name=asked.name,
            session=asked.session,
            username=username,
            destination=asked.sent.masked if asked.sent else "",
            choices=asked.choices,
            attributes=asked.attributes,
            parameters=dict(asked.parameters),
        )

    def packed(self, site: Site, visit: Visit) -> str:
        """Return it as a part of an address, for this browser."""
        values = {**asdict(self), "parameters": dict(self.parameters)}
        return site.carrier.pack(_KIND, site.cookies.browser(visit), values)

    @classmethod
    def unpack(cls, site: Site, visit: Visit) -> "Question":
        """Return what the address of a page carries.

        Raises:
            StaleStepError: It carries nothing, or something that is over.
        """
        browser = site.cookies.browser(visit)
        values = site.carrier.unpack(_KIND, browser, visit.query.get(STEP, ""))
        return cls._read(values)

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> "Question":
        return cls(
            name=ChallengeName(values["name"]),
            session=values["session"],
            username=values["username"],
            destination=values["destination"],
            choices=tuple(ChallengeName(each) for each in values["choices"]),
            attributes=tuple(values["attributes"]),
            parameters=values["parameters"],
        )
