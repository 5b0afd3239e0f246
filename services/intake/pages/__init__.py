"""The public pages."""

from collections.abc import Mapping

from chassis.web.failures import RenderProblem
from chassis.web.routes import Authenticator, Route
from services.intake.use_cases import Intake

ROUTES: list[Route[Intake]] = []
AUTHENTICATORS: Mapping[str, Authenticator[Intake]] = {}
render_problem: RenderProblem | None = None
