"""What answers "why?": for the command line and for the admin listener."""

from collections.abc import Callable
from datetime import datetime

from gateway.app.loading import Loaded, target_rules_of
from gateway.app.snapshot import build_resolver, build_verifier
from gateway.app.tools import Tools
from gateway.endpoints.admin.explainer import Explainer, Policies, Undecided
from gateway.endpoints.admin.question import Question
from gateway.model.credential import Credential, Scheme
from gateway.model.identity import Subject
from gateway.policy.explanation import Explanation
from gateway.policy.fixtures import Fixtures


def build_explainer(
    loaded: Loaded,
    *,
    clock: Callable[[], datetime],
    subject_of: Callable[[str], Subject],
) -> Explainer:
    """Return what explains the decisions of one set of files.

    Args:
        loaded: The files, compiled.
        clock: The time, aware UTC.
        subject_of: Verifies a token and finds out whose it is.
    """
    configuration = loaded.configuration
    policies = Policies(
        engine=loaded.engine,
        files=configuration.policies,
        fixtures=Fixtures(
            providers=configuration.providers,
            region=configuration.settings.server.region,
        ),
        router=loaded.routes,
        routes=loaded.declared,
        rules=target_rules_of(configuration),
    )
    return Explainer(policies=policies, subject_of=subject_of, clock=clock)


def subject_of_token(loaded: Loaded, token: str, *, tools: Tools) -> Subject:
    """Return whose token it is. An identity that is new gets its id, as by a request.

    Raises:
        GatewayError: The token is not good here, or something it needs is down.
    """
    verifier = build_verifier(loaded.configuration, tools=tools)
    claims = verifier.verify(Credential(Scheme.BEARER, token))
    return build_resolver(loaded, tools=tools).resolve(claims)


class CurrentExplainer:
    """Explains by the files that are in force when it is asked."""

    def __init__(self, *, loaded: Callable[[], Loaded], tools: Tools) -> None:
        self._loaded = loaded
        self._tools = tools

    def explain(self, question: Question) -> Explanation | Undecided:
        """Return the decision with its reasons, or why there is none.

        Raises:
            MalformedQuestionError: The question names something that does not exist.
        """
        loaded = self._loaded()
        explainer = build_explainer(
            loaded,
            clock=self._tools.clock,
            subject_of=lambda token: subject_of_token(loaded, token, tools=self._tools),
        )
        return explainer.explain(question)
