"""Letters to send, and who sends them."""

from dataclasses import dataclass, field

from gateway.pool.messages.content import Worded
from gateway.pool.messages.errors import DeliveryError
from gateway.pool.messages.letter import Letter
from gateway.pool.settings import Address, NoticeKind

MAIL = Letter(
    id="0123456789abcdef0123456789abcdef",
    pool_id="eu-central-1_Ab3dEfGh9",
    kind=NoticeKind.SIGN_UP,
    address=Address.EMAIL,
    to="ana@example.com",
    sender="",
    worded=Worded("en", "Your code", "It is 123456.\n", "<p>123456</p>", "123456"),
)
SMS = Letter(
    id=MAIL.id,
    pool_id=MAIL.pool_id,
    kind=NoticeKind.SECOND_FACTOR,
    address=Address.PHONE,
    to="+14155550100",
    sender="",
    worded=Worded("de", "", "Ihr Code ist 123456."),
)


@dataclass
class Bag:
    """A sender that remembers, or fails as it was told to."""

    is_read_here: bool = False
    failures: list[DeliveryError] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.letters.append(letter)
