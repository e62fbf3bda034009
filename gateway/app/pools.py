"""Every service of the user pools, built once at the start; a reload changes none of them.

Who adds a service adds a field to `PoolServices` and a line to `build_pool_services`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from gateway.app.factors import FactorServices, build_factor_services
from gateway.app.functions import Functions
from gateway.app.people import PeopleServices, build_people_services
from gateway.endpoints.hosted_ui.flows.confirm import CONFIRM_LINK
from gateway.keys.seal import Seal, StoreKey
from gateway.model.user import User
from gateway.pool.clients import Clients
from gateway.pool.codes import Codes
from gateway.pool.credentials import Credentials, Leaks
from gateway.pool.declared.reconciler import Reconciler
from gateway.pool.decoys import Decoys
from gateway.pool.limits import Limits
from gateway.pool.messages.delivery import Deliveries, Surroundings
from gateway.pool.messages.outbox import Outbox
from gateway.pool.messages.reading import OutboxReader
from gateway.pool.messages.wording import Words
from gateway.pool.messenger import Notice
from gateway.pool.passwords.hashing import Passwords
from gateway.pool.pool import Pool
from gateway.pool.pools import Pools
from gateway.pool.recovery import Recovery
from gateway.pool.resource_servers import ResourceServers
from gateway.pool.sign_in.assembly import Factors, sign_ins
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.sign_up import SignUps
from gateway.pool.tools import PoolTools
from gateway.pool.tries import Tries
from gateway.pool.triggers.triggers import Triggers
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.telemetry.counters import Counters
from gateway.telemetry.logs import Logger

# More pools than anybody looks through by name.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class PoolServices:
    """What can be done with pools and their people.

    Attributes:
        pools: The pools.
        clients: Their clients.
        resource_servers: What their clients may ask for.
        reconciler: Tells pools what files say of them.
        passwords: Hashes passwords, so many at a time in the whole process.
        credentials: What is kept of a password.
        codes: What is sent to people.
        tries: Counts what people try.
        password_proof: Proves people by their passwords.
        outbox: Keeps messages to people until they are sent.
        outbox_reader: Shows them to operators.
        deliveries: Sends them.
        functions: What triggers may call, as the files in force have it.
        triggers: Asks the functions of pools.
        sign_ups: Signs people up and confirms them.
        sign_ins: Signs people in.
        recovery: Lets people have a new password.
        people: What administrators and people do with profiles.
        factors: What people prove themselves with beside a password.
    """

    pools: Pools
    clients: Clients
    resource_servers: ResourceServers
    reconciler: Reconciler
    passwords: Passwords
    credentials: Credentials
    codes: Codes
    tries: Tries
    password_proof: PasswordProof
    outbox: Outbox
    outbox_reader: OutboxReader
    deliveries: Deliveries
    functions: Functions
    triggers: Triggers
    sign_ups: SignUps
    sign_ins: SignIns
    recovery: Recovery
    people: PeopleServices
    factors: FactorServices


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolGround:
    """What the services stand on.

    Attributes:
        database: Where everything is kept.
        store_key: Seals what has to be opened again; every other secret is derived from it.
        clock: The time.
        region: What ids of new pools begin with.
        public_url: Where the gateway is reached.
        logger: The program's own messages.
        counters: What happened how often.
        leaks: Knows passwords from leaks.
    """

    database: Database
    store_key: StoreKey
    clock: Callable[[], datetime]
    region: str
    public_url: str
    logger: Logger
    leaks: Leaks
    counters: Counters = field(default_factory=Counters)


def build_pool_services(ground: PoolGround) -> PoolServices:
    """Return the services.

    Args:
        ground: What they stand on.
    """
    database, clock, store_key = ground.database, ground.clock, ground.store_key
    seal = Seal(key=store_key)
    cursors = Cursors(secret=store_key.secret)
    outbox = Outbox(seal=seal, clock=clock)
    functions = Functions()
    tools = _tools(ground, outbox, Triggers(find=functions.find))
    pools = Pools(database=database, cursors=cursors, clock=clock, region=ground.region)
    recovery = Recovery(tools=tools)
    factors = build_factor_services(
        tools,
        cursors,
        store_key=store_key,
        public_url=ground.public_url,
        logger=ground.logger,
    )
    return PoolServices(
        pools=pools,
        clients=Clients(database=database, sealer=seal, cursors=cursors, clock=clock),
        resource_servers=ResourceServers(database=database, cursors=cursors),
        reconciler=Reconciler(database=database, sealer=seal, clock=clock),
        passwords=tools.passwords,
        credentials=tools.credentials,
        codes=tools.codes,
        tries=tools.tries,
        password_proof=_password_proof(tools),
        outbox=outbox,
        outbox_reader=OutboxReader(database=database, seal=seal, cursors=cursors),
        deliveries=_deliveries(ground, pools, tools.triggers),
        functions=functions,
        triggers=tools.triggers,
        sign_ups=SignUps(tools=tools),
        sign_ins=sign_ins(tools, _ways(factors)),
        recovery=recovery,
        people=build_people_services(tools, recovery, cursors),
        factors=factors,
    )


def _password_proof(tools: PoolTools) -> PasswordProof:
    return PasswordProof(
        database=tools.database,
        credentials=tools.credentials,
        passwords=tools.passwords,
        tries=tools.tries,
        clock=tools.clock,
    )


def _ways(factors: FactorServices) -> Factors:
    return Factors(
        totp=factors.totp,
        passkeys=factors.passkeys,
        recovery_codes=factors.recovery_codes,
        devices=factors.devices,
        preferences=factors.preferences,
    )


def _deliveries(ground: PoolGround, pools: Pools, triggers: Triggers) -> Deliveries:
    def link(_pool: Pool, user: User, notice: Notice) -> str:
        """Return where the pages take a code; of no client, there are none."""
        if not notice.client_id:
            return ""
        query = {
            "client_id": notice.client_id,
            "user_name": user.username,
            "confirmation_code": notice.code,
        }
        return f"{ground.public_url}{CONFIRM_LINK}?{urlencode(query)}"

    return Deliveries(
        Surroundings(
            database=ground.database,
            seal=Seal(key=ground.store_key),
            pools=pools,
            triggers=triggers,
            words=Words(link=link),
            count=ground.counters,
            clock=ground.clock,
        )
    )


def _tools(ground: PoolGround, outbox: Outbox, triggers: Triggers) -> PoolTools:
    database, clock, store_key = ground.database, ground.clock, ground.store_key
    seal = Seal(key=store_key)
    passwords = Passwords(at_once=os.cpu_count() or 1)
    return PoolTools(
        database=database,
        sealer=seal,
        credentials=Credentials(passwords=passwords, sealer=seal, leaks=ground.leaks),
        passwords=passwords,
        codes=Codes(secret=store_key.derive("pool codes, version 1")),
        messenger=outbox,
        triggers=triggers,
        tries=Tries(database=database, clock=clock),
        limits=Limits(database=database, clock=clock),
        decoys=Decoys(secret=store_key.derive("pool decoys, version 1")),
        clock=clock,
    )


def find_pool(pools: Pools, wanted: str) -> Pool:
    """Return the pool that somebody means.

    Args:
        pools: Knows them.
        wanted: Its id or name; empty for the only one.

    Raises:
        LookupError: There is no such pool, or several; the text lists what there is.
        StorageError: The database cannot be read.
    """
    found = pools.find(wanted) if wanted else None
    if found is not None:
        return found
    known = pools.list(limit=_MOST).entries
    meant = [pool for pool in known if wanted in {"", pool.settings.name}]
    if len(meant) == 1:
        return meant[0]
    told = ", ".join(f"{pool.id} ({pool.settings.name})" for pool in meant or known)
    raise LookupError(f"name one of the pools: {told}" if told else "there is none yet")
