"""English."""

from types import MappingProxyType
from typing import Final

from gateway.pool.messages.texts.sentences import Language, Sentences
from gateway.pool.settings import NoticeKind

_IGNORE: Final = "If this was not you, you can ignore this message."
_NOT_YOU: Final = (
    "If this was not you, set a new password and check how you can be signed in."
)
_CODE: Final = "{{ pool }}: your code is {{ code }}. It is good for {{ lifetime }}."
_NEVER: Final = (
    "The code is good for {{ lifetime }}. Nobody of ours will ever ask you for it. "
)

_CONFIRM: Final = Sentences(
    subject="Confirm your account at {{ pool }}",
    lead="Confirm that this address is yours"
    "{% if link %} by following this link:{% else %} with this code:{% endif %}",
    after="It is good for {{ lifetime }}. " + _IGNORE,
    sms=_CODE,
)
_ATTRIBUTE: Final = Sentences(
    subject="Confirm your address at {{ pool }}",
    lead="Confirm that {{ destination }} is yours with this code:",
    after=_NEVER + _IGNORE,
    sms=_CODE,
)
_SIGN_IN: Final = Sentences(
    subject="{{ code }} is your code for {{ pool }}",
    lead="Your code to sign in:",
    after=_NEVER + _NOT_YOU,
    sms=_CODE,
)

ENGLISH: Final = Language(
    sentences=MappingProxyType(
        {
            NoticeKind.SIGN_UP: _CONFIRM,
            NoticeKind.RESENT_CODE: _CONFIRM,
            NoticeKind.INVITATION: Sentences(
                subject="You are invited to {{ pool }}",
                lead="An account was made for you. You sign in as {{ username }}, with "
                "this password:",
                after="You choose one of your own when you sign in for the first time.",
                sms="{{ pool }}: sign in as {{ username }} with the password "
                "{{ code }}",
            ),
            NoticeKind.FORGOT_PASSWORD: Sentences(
                subject="Set a new password for {{ pool }}",
                lead="Your code to set a new password:",
                after=_NEVER + _IGNORE,
                sms=_CODE,
            ),
            NoticeKind.VERIFY_ATTRIBUTE: _ATTRIBUTE,
            NoticeKind.UPDATE_ATTRIBUTE: _ATTRIBUTE,
            NoticeKind.SIGN_IN: _SIGN_IN,
            NoticeKind.SECOND_FACTOR: _SIGN_IN,
            NoticeKind.ATTRIBUTE_CHANGED: Sentences(
                subject="Your account at {{ pool }} was changed",
                lead="Your {% if attribute == 'email' %}e-mail address"
                "{% elif attribute == 'phone_number' %}phone number"
                "{% else %}profile{% endif %} was changed.",
                after=_NOT_YOU,
                sms="{{ pool }}: your account was changed. " + _NOT_YOU,
            ),
            NoticeKind.PASSWORD_CHANGED: Sentences(
                subject="Your password for {{ pool }} was changed",
                lead="Your password was changed.",
                after=_NOT_YOU,
                sms="{{ pool }}: your password was changed. " + _NOT_YOU,
            ),
            NoticeKind.FACTOR_CHANGED: Sentences(
                subject="Signing in to {{ pool }} was changed",
                lead="How you sign in was changed"
                "{% if device %}: {{ device }}{% endif %}.",
                after=_NOT_YOU,
                sms="{{ pool }}: how you sign in was changed. " + _NOT_YOU,
            ),
            NoticeKind.ACCOUNT_TAKE_OVER: Sentences(
                subject="An unusual sign-in to {{ pool }}",
                lead="Somebody signed in to your account, or tried to"
                "{% if address %}, from {{ address }}{% endif %}"
                "{% if device %} ({{ device }}){% endif %}.",
                after=_NOT_YOU,
                sms="{{ pool }}: an unusual sign-in to your account. " + _NOT_YOU,
            ),
        }
    ),
    greeting="Hello{% if name %} {{ name }}{% endif %},",
    button="Confirm",
    minutes="{} minutes",
    hours="{} hours",
    days="{} days",
)
