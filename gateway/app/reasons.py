"""Why attributes are missing, for the console: the pools, their people and last sign-ins."""

from gateway.app.loading import Loaded
from gateway.app.pools import find_pool
from gateway.app.signing_in import provider_rules
from gateway.app.tools import Tools
from gateway.endpoints.admin.sign_in_reasons import PersonReasons
from gateway.federation.reasons import SignInReasons
from gateway.federation.records import Records
from gateway.keys.seal import Seal, StoreKey
from gateway.pool.people.directory import Directory
from gateway.pool.pools import Pools


class PeopleReasons:
    """Finds whom somebody means, and looks at their last sign-ins. Shared by threads.

    Args:
        pools: Knows the pools.
        directory: Knows their people.
        reasons: Looks at last sign-ins.
    """

    def __init__(
        self, *, pools: Pools, directory: Directory, reasons: SignInReasons
    ) -> None:
        self._pools = pools
        self._directory = directory
        self._reasons = reasons

    def of(self, pool: str, user: str) -> PersonReasons:
        """Return the reasons for each login of somebody.

        Raises:
            LookupError: There is no such pool, or nobody of that name.
            StorageError: Nobody can be looked up.
        """
        place = find_pool(self._pools, pool)
        person = self._directory.find(place, user)
        if person is None:
            raise LookupError(f"nobody in {place.settings.name} is called {user}")
        return PersonReasons(person, self._reasons.of(place, person))


def build_reasons(loaded: Loaded, tools: Tools) -> PeopleReasons:
    """Return what the console asks, for the files in force."""
    storage = loaded.configuration.settings.storage
    seal = Seal(key=StoreKey.parse(storage.encrypt_with.reveal()))
    return PeopleReasons(
        pools=tools.pools.pools,
        directory=tools.pools.people.directory,
        reasons=SignInReasons(
            database=tools.database,
            records=Records(seal=seal),
            rules=provider_rules(loaded),
            clients=tools.pools.clients,
            clock=tools.clock,
        ),
    )
