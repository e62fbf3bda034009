"""What a pool is called in its tokens: `iss`, and where its documents are.

Cognito's form off its cloud: our public URL, a slash, the pool's id. The discovery document
stands below it, so that whoever has a token finds the keys.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issuers:
    """Names pools.

    Attributes:
        public_url: Where the gateway is reached, without a slash at the end.
    """

    public_url: str

    def of(self, pool_id: str) -> str:
        """Return `iss` of a pool's tokens."""
        return f"{self.public_url}/{pool_id}"

    def find_pool(self, issuer: str) -> str | None:
        """Return the id of the pool that an issuer is, if it has the form of one."""
        prefix, _, pool_id = issuer.rpartition("/")
        return pool_id if pool_id and prefix == self.public_url else None
