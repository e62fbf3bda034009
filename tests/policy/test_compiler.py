"""The face of compilation: all faults, one digest, and a policy that cannot fail open."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.config.configuration import PolicyFile
from gateway.config.errors import ConfigError
from gateway.model.access import AccessRequest
from gateway.model.decision import Reason
from gateway.model.identity import IdentityKind
from gateway.policy.compiler import compile_policies
from gateway.policy.engine import Engine
from tests.policy.files import (
    ALLOW_ALL,
    GUEST,
    GUESTS,
    PERSON,
    PROVIDERS,
    READ,
    ROBOT,
    ROUTES,
    access,
    engine,
    faults,
    files,
    identity,
    marked,
    mint,
    role,
    route,
    rule,
)

# One mistake each: what is written, the code, and what the fault points at.
MISTAKES = [
    (rule("x", "identity.emial == 'x'"), "E201", "emial"),
    (rule("x", "idenity.email == 'x'"), "E202", "idenity"),
    (rule("x", "lower(identity.email) == 'x'"), "E202", "lower"),
    (rule("x", "identity.email"), "E211", "identity.email"),
    (rule("x", "identity.email == 1"), "E210", "identity.email == 1"),
    (rule("x", "identity.groups.exists(g g)"), "E200", "g"),
    (rule("x", "vars.nothing"), "E201", "nothing"),
    (rule("x", "const.nothing == 1"), "E201", "nothing"),
    (rule("x", "route.parms.a == 'x'"), "E201", "parms"),
    (rule("x", "request.haeders.a == ['x']"), "E201", "haeders"),
    (rule("x", roles=["nobody"]), "E334", "'nobody'"),
    (rule("x", routes=["orders-raed"]), "E311", "'orders-raed'"),
    (rule("x", routes=["orders-read", "feed-*"]), "E311", "'feed-*'"),
    (role("a", "'b' in roles"), "E202", "roles"),
    (role("a", "identity.name"), "E211", "identity.name"),
    (role("a", for_="guest"), "E314", '"guest"'),
    (mint(x="now"), "E225", '"now"'),
    (mint(["bill"], x="1"), "E311", "'bill'"),
    (mint(x="claims.a.b("), "E200", "("),
    ('[vars]\na = "vars.a"\n', "E223", "a"),
    ('[vars]\na = "identity.nmae"\n', "E201", "nmae"),
    ("[const]\na = 07:32:00\n", "E222", "07:32:00"),
    ('[fixture.a]\nprovider = "nobody"\n', "E226", '"nobody"'),
]


@pytest.mark.parametrize(("text", "code", "wrong"), MISTAKES)
def test_each_mistake_is_told_at_its_place(text: str, code: str, wrong: str) -> None:
    """On the right line, and on the right word of it."""
    found = faults("# a comment\n\n" + ALLOW_ALL + text)

    assert code in [fault.code for fault in found]
    fault = next(each for each in found if each.code == code)
    assert marked(fault).startswith(wrong)
    assert wrong in fault.source


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    """Who repairs a file wants the whole list."""
    one = rule("a", "identity.emial == 'x'") + rule("b", roles=["nobody"])
    two = rule("c", "1 +") + role("guest", for_="guest") + role("x", for_="guest")

    found = faults(one, two)
    assert [(fault.file, fault.code) for fault in found] == [
        ("policies/orders.toml", "E201"),
        ("policies/orders.toml", "E334"),
        ("policies/second.toml", "E200"),
        ("policies/second.toml", "E314"),
    ]


class TestDigest:
    """A decision names the policies that made it."""

    def test_the_same_policies_have_the_same_digest(self) -> None:
        """In every process."""
        assert engine(ALLOW_ALL).digest == engine(ALLOW_ALL).digest
        assert len(engine(ALLOW_ALL).digest) == 64

    def test_everything_that_decides_is_in_it(self) -> None:
        """A minted credential is reused only under an equal digest."""
        digests = [
            engine(ALLOW_ALL).digest,
            engine(ALLOW_ALL + "\n").digest,
            engine("", ALLOW_ALL).digest,
            engine(ALLOW_ALL, routes=ROUTES[1:]).digest,
            engine(ALLOW_ALL, routes=[replace(READ, tags=()), *ROUTES[1:]]).digest,
            engine(ALLOW_ALL, guest=GUESTS.model_copy(update={"ceiling": ()})).digest,
            engine(
                ALLOW_ALL, guest=GUESTS.model_copy(update={"enabled": False})
            ).digest,
        ]

        assert len(set(digests)) == len(digests)

    def test_the_order_of_the_routes_is_not(self) -> None:
        """It decides nothing."""
        turned = tuple(reversed(ROUTES))

        assert engine(ALLOW_ALL, routes=turned).digest == engine(ALLOW_ALL).digest


def test_warnings_do_not_keep_an_engine_from_being_made() -> None:
    """They are told in the order of the files."""
    used = rule("a", roles=["b"], for_="authenticated")
    judge = engine(role("b") + used, role("c"))

    assert [fault.file for fault in judge.warnings] == ["policies/second.toml"]


POLICY = (
    '[vars]\nstaff = "\'staff\' in identity.groups"\nsafe = "!identity.disabled"\n'
    + role("staff", "vars.staff")
    + role("person", "identity.authenticated")
    + role("trial", "identity.kind == 'guest'", for_="guest")
    + rule("blocked", "!vars.safe", effect="deny")
    + rule("night", "request.path == '/night'", effect="deny", routes=["orders-*"])
    + rule("shadow", "vars.staff", effect="deny", mode="shadow")
    + rule("staff", "vars.staff", roles=["staff"])
    + rule("own", "route.params.order_id.startsWith(identity.id)", roles=["person"])
    + rule("guest", "'trial' in roles", roles=["trial"], routes=["orders-read"])
    + rule("strong", "identity.tenant == 'x'", require={"acr": "mfa"})
    + mint(roles="roles", tenant="identity.tenant")
)
IDENTITIES = [
    PERSON,
    GUEST,
    ROBOT,
    identity(groups=("staff",)),
    identity(id="u2", tenant="x"),
    identity(id="u2", tenant="x", acr="mfa"),
    identity(groups=("staff",), disabled=True),
]
QUESTIONS = [
    access(who, to, target=target)
    for who in IDENTITIES
    for to in ROUTES
    for target in (b"/v1/orders/u1-7", b"/night")
]


def _sources(policy: PolicyFile) -> list[str]:
    settings = policy.settings
    return [
        *settings.vars.values(),
        *(each.when for each in settings.role),
        *(each.when for each in settings.rule),
        *(text for each in settings.mint for text in each.claims.values()),
    ]


def _permitted(judge: Engine) -> list[bool]:
    return [judge.decide(question).allowed for question in QUESTIONS]


# Ways in which an expression can fail: something is missing, or cannot be computed.
ERRORS = [
    "claims.nobody == 1",
    "claims.nobody == 1 ? ({0}) : ({0})",
    "identity.attributes.nothing",
    "1 / 0 == 1",
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("source", sorted(set(_sources(files(POLICY)[0]))))
def test_an_error_in_any_expression_never_allows_what_was_denied(
    source: str, error: str
) -> None:
    """Policy error fails open (seen in Cerbos before 0.55)."""
    before = _permitted(engine(POLICY))
    failing = POLICY.replace(f'"{source}"', f'"{error.format(source)}"')
    assert failing != POLICY

    after = _permitted(engine(failing))
    widened = [
        question
        for question, was, now in zip(QUESTIONS, before, after, strict=True)
        if now and not was
    ]
    assert widened == []


conditions = st.sampled_from(
    ["true", "false", "identity.disabled", "vars.staff", "'staff' in roles", "1/0 == 1"]
)
texts = st.builds(
    rule,
    st.uuids().map(lambda each: f"r{each.hex}"),
    conditions,
    effect=st.sampled_from(["allow", "deny"]),
    for_=st.sampled_from(["authenticated", "guest", "service"]),
    roles=st.sampled_from([[], ["staff"], ["person"]]),
    routes=st.sampled_from([["*"], ["orders-*"], ["orders-read", "bills-read"]]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(texts, max_size=8))
def test_the_order_of_deny_rules_never_matters(rules: list[str]) -> None:
    """Nor does it matter whether they stand before or behind the allow rules."""
    head = "[vars]\nstaff = \"'staff' in identity.groups\"\n"
    roles = role("staff", "vars.staff") + role("person", "identity.authenticated")
    denies = [each for each in rules if '"deny"' in each]
    allows = [each for each in rules if '"allow"' in each]

    one = engine(head + roles + "".join([*denies, *allows]))
    two = engine(head + roles + "".join([*allows, *reversed(denies)]))
    for question in QUESTIONS:
        first, second = one.decide(question), two.decide(question)
        assert (first.allowed, first.reason) == (second.allowed, second.reason)
        assert (first.roles, first.claims) == (second.roles, second.claims)


def test_threads_do_not_see_each_others_identities() -> None:
    """Evaluator state shared across requests (measured in cel-python's own runner)."""
    judge = engine(
        '[vars]\nmine = "identity.tenant"\n'
        + rule("x", "vars.mine == identity.tenant && identity.name == vars.mine")
        + mint(tenant="vars.mine", name="identity.name")
    )

    def ask(number: int) -> int:
        name = f"t{number}"
        question = access(identity(tenant=name, name=name))
        return sum(
            judge.decide(question).claims != {"tenant": name, "name": name}
            for _ in range(500)
        )

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(32))) == 0


class TestScale:
    """The time of a decision does not grow with the number of rules."""

    ROUTES = tuple(route(f"r{number}") for number in range(1000))

    def _judge(self, rules: int) -> Engine:
        text = role("staff") + "".join(
            rule(f"x{number}", "identity.disabled", routes=[f"r{number % 1000}"])
            for number in range(rules)
        )
        return engine(text, routes=self.ROUTES)

    @pytest.mark.long
    def test_ten_thousand_rules_are_compiled_once_each_text(self) -> None:
        """And a decision consults those of its own route alone."""
        judge = self._judge(10_000)

        plan = judge.plan_of("r7", IdentityKind.AUTHENTICATED)
        assert len(plan.allows.rules) == 10
        assert len({id(each.when.program) for each in plan.allows.rules}) == 1
        assert judge.decide(access(to=self.ROUTES[7])).reason is Reason.NO_ALLOW


def test_no_policy_denies_everything() -> None:
    """An empty folder opens nothing."""
    judge = compile_policies(
        [],
        routes=ROUTES,
        guest=GUESTS,
        decision_time=timedelta(seconds=20),
        providers=PROVIDERS,
    )

    assert _permitted(judge) == [False] * len(QUESTIONS)


def test_faults_are_an_exception_of_the_configuration() -> None:
    """The same as for everything else in the files."""
    with pytest.raises(ConfigError, match="E202"):
        engine(rule("x", "nothing"))


def test_questions_are_answered_both_ways() -> None:
    """Else the properties above would say nothing."""
    permitted = _permitted(engine(POLICY))

    assert 10 < sum(permitted) < len(permitted) - 10
    assert all(isinstance(each, AccessRequest) for each in QUESTIONS)
