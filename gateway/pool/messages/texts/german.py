"""German."""

from types import MappingProxyType
from typing import Final

from gateway.pool.messages.texts.sentences import Language, Sentences
from gateway.pool.settings import NoticeKind

_IGNORE: Final = "Falls Sie das nicht waren, ist nichts zu tun."
_NOT_YOU: Final = (
    "Falls Sie das nicht waren, setzen Sie ein neues Passwort und prüfen Sie, womit man "
    "sich in Ihrem Konto anmelden kann."
)
_CODE: Final = "{{ pool }}: Ihr Code ist {{ code }}. Er gilt {{ lifetime }}."
_NEVER: Final = (
    "Der Code gilt {{ lifetime }}. Niemand von uns wird Sie je danach fragen. "
)

_CONFIRM: Final = Sentences(
    subject="Bestätigen Sie Ihr Konto bei {{ pool }}",
    lead="Bestätigen Sie, dass diese Adresse Ihnen gehört, mit diesem "
    "{% if link %}Link:{% else %}Code:{% endif %}",
    after="Er gilt {{ lifetime }}. " + _IGNORE,
    sms=_CODE,
)
_ATTRIBUTE: Final = Sentences(
    subject="Bestätigen Sie Ihre Adresse bei {{ pool }}",
    lead="Bestätigen Sie mit diesem Code, dass {{ destination }} Ihnen gehört:",
    after=_NEVER + _IGNORE,
    sms=_CODE,
)
_SIGN_IN: Final = Sentences(
    subject="{{ code }} ist Ihr Code für {{ pool }}",
    lead="Ihr Code für die Anmeldung:",
    after=_NEVER + _NOT_YOU,
    sms=_CODE,
)

GERMAN: Final = Language(
    sentences=MappingProxyType(
        {
            NoticeKind.SIGN_UP: _CONFIRM,
            NoticeKind.RESENT_CODE: _CONFIRM,
            NoticeKind.INVITATION: Sentences(
                subject="Ihre Einladung zu {{ pool }}",
                lead="Für Sie wurde ein Konto angelegt. Sie melden sich als "
                "{{ username }} an, mit diesem Passwort:",
                after="Bei der ersten Anmeldung wählen Sie ein eigenes.",
                sms="{{ pool }}: Melden Sie sich als {{ username }} an, mit dem "
                "Passwort {{ code }}",
            ),
            NoticeKind.FORGOT_PASSWORD: Sentences(
                subject="Setzen Sie ein neues Passwort für {{ pool }}",
                lead="Ihr Code für ein neues Passwort:",
                after=_NEVER + _IGNORE,
                sms=_CODE,
            ),
            NoticeKind.VERIFY_ATTRIBUTE: _ATTRIBUTE,
            NoticeKind.UPDATE_ATTRIBUTE: _ATTRIBUTE,
            NoticeKind.SIGN_IN: _SIGN_IN,
            NoticeKind.SECOND_FACTOR: _SIGN_IN,
            NoticeKind.ATTRIBUTE_CHANGED: Sentences(
                subject="Ihr Konto bei {{ pool }} wurde geändert",
                lead="{% if attribute == 'email' %}Ihre E-Mail-Adresse"
                "{% elif attribute == 'phone_number' %}Ihre Telefonnummer"
                "{% else %}Ihr Profil{% endif %} wurde geändert.",
                after=_NOT_YOU,
                sms="{{ pool }}: Ihr Konto wurde geändert. " + _NOT_YOU,
            ),
            NoticeKind.PASSWORD_CHANGED: Sentences(
                subject="Ihr Passwort für {{ pool }} wurde geändert",
                lead="Ihr Passwort wurde geändert.",
                after=_NOT_YOU,
                sms="{{ pool }}: Ihr Passwort wurde geändert. " + _NOT_YOU,
            ),
            NoticeKind.FACTOR_CHANGED: Sentences(
                subject="Die Anmeldung bei {{ pool }} wurde geändert",
                lead="Wie Sie sich anmelden, wurde geändert"
                "{% if device %}: {{ device }}{% endif %}.",
                after=_NOT_YOU,
                sms="{{ pool }}: Wie Sie sich anmelden, wurde geändert. " + _NOT_YOU,
            ),
            NoticeKind.ACCOUNT_TAKE_OVER: Sentences(
                subject="Ungewöhnliche Anmeldung bei {{ pool }}",
                lead="Jemand hat sich in Ihrem Konto angemeldet, oder es versucht"
                "{% if address %}, von {{ address }} aus{% endif %}"
                "{% if device %} ({{ device }}){% endif %}.",
                after=_NOT_YOU,
                sms="{{ pool }}: ungewöhnliche Anmeldung in Ihrem Konto. " + _NOT_YOU,
            ),
        }
    ),
    greeting="Guten Tag{% if name %} {{ name }}{% endif %},",
    button="Bestätigen",
    minutes="{} Minuten",
    hours="{} Stunden",
    days="{} Tage",
)
