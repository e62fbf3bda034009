"""Every service that is about a pool's people, built once."""

from dataclasses import dataclass

from gateway.pool.groups import Groups
from gateway.pool.people.attributes import AttributeChanges
from gateway.pool.people.creation import Creations
from gateway.pool.people.directory import Directory
from gateway.pool.people.given_passwords import GivenPasswords
from gateway.pool.people.own_attributes import OwnAttributes
from gateway.pool.people.own_passwords import OwnPasswords
from gateway.pool.people.standing import Standings
from gateway.pool.people.transfer.transfers import Transfers
from gateway.pool.recovery import Recovery
from gateway.pool.tools import PoolTools
from gateway.storage.cursors import Cursors


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """What can be done with people.

    Attributes:
        directory: Finds and lists them.
        groups: Puts them together.
        creations: Makes and invites them.
        standings: Lets them in and keeps them out.
        attribute_changes: Changes what is known of them.
        given_passwords: Gives them passwords.
        own_attributes: Lets people change what is known of them.
        own_passwords: Lets people change their passwords.
        transfers: Brings them from files, and writes them into one.
    """

    directory: Directory
    groups: Groups
    creations: Creations
    standings: Standings
    attribute_changes: AttributeChanges
    given_passwords: GivenPasswords
    own_attributes: OwnAttributes
    own_passwords: OwnPasswords
    transfers: Transfers


def build_people_services(
    tools: PoolTools, recovery: Recovery, cursors: Cursors
) -> PeopleServices:
    """Return the services.

    Args:
        tools: What all operations of a pool have in common.
        recovery: Sends the codes of forgotten passwords.
        cursors: Writes and reads where a page of a list ended.
    """
    database, clock = tools.database, tools.clock
    return PeopleServices(
        directory=Directory(database=database, cursors=cursors),
        groups=Groups(database=database, cursors=cursors, clock=clock),
        creations=Creations(
            database=database,
            credentials=tools.credentials,
            messenger=tools.messenger,
            triggers=tools.triggers,
            clock=clock,
        ),
        standings=Standings(database=database, clock=clock, triggers=tools.triggers),
        attribute_changes=AttributeChanges(database=database, clock=clock),
        given_passwords=GivenPasswords(tools=tools, recovery=recovery),
        own_attributes=OwnAttributes(tools=tools),
        own_passwords=OwnPasswords(tools=tools),
        transfers=Transfers(tools=tools),
    )
