"""Pages for what went wrong: what happened, what to do, and how to reach a person."""

from aiohttp import web

from chassis.errors import Invalid, Problem, Unauthenticated
from chassis.web import csrf
from chassis.web.failures import CONTEXT, problem_json
from chassis.web.languages import gettext
from chassis.web.languages import marked as _
from chassis.web.routes import PRINCIPAL
from services.intake import messages
from services.intake.pages import again
from services.intake.pages.frame import show
from services.intake.pages.guards import ANOTHER
from services.intake.pages.sign_in import sign_in_page
from services.intake.use_cases import Intake

_PAGES = {
    400: (
        _("読み取れませんでした"),
        _("送られた内容を読み取れませんでした。前の画面に戻って、もう一度お試しください。"),
    ),
    403: (
        _("もう一度、お試しください"),
        _(
            "画面を開いてから時間がたったか、画面の有効期限が切れました。前の画面に戻り、開き直してから、もう一度お試しください。"
        ),
    ),
    404: (_("ページが見つかりません"), _("アドレスが違うか、すでになくなったページです。")),
    405: (_("このページは、そのままでは開けません"), _("はじめのページか、申請の状況からお進みください。")),
    408: (
        _("送るのに時間がかかりすぎました"),
        _("電波の良いところで、もう一度お試しください。"),
    ),
    409: (_("いまは、この操作ができません"), _("申請の状態が変わっています。申請の状況をご確認ください。")),
    413: (_("送られた内容が大きすぎます"), _("文字を短くするか、写真を小さくして、もう一度お試しください。")),
    415: (
        _("読み取れませんでした"),
        _("送られた内容を読み取れませんでした。前の画面に戻って、もう一度お試しください。"),
    ),
    422: (
        _("入力内容を確認してください"),
        _("受け付けられない内容が含まれていました。前の画面に戻って、ご確認ください。"),
    ),
    429: (
        _("少し時間をおいてください"),
        _("短い時間に何度も操作がありました。しばらくしてから、もう一度お試しください。"),
    ),
    503: (
        _("ただいま、つながりにくい状態です"),
        _("少し待ってから、もう一度お試しください。送り終えた内容は残っています。"),
    ),
}
_PAUSED = (_("ただいま、受付をお休みしています"), "")
_TROUBLE = (_("処理できませんでした"), _("システムに問題が発生しました。少し待ってから、もう一度お試しください。"))
#: These say it better than the general words.
_DETAILS = (
    "wrong_state",
    "reception_paused",
    "document_not_open",
    "draft_not_found",
    "another_draft",
    "documents_away",
    "csrf",
    "too_many_requests",
)


async def render_problem(request: web.Request, problem: Problem) -> web.StreamResponse:
    """The problem as a page. Who is not signed in is shown how to get in."""
    intake = request.app[CONTEXT]
    assert isinstance(intake, Intake)
    if isinstance(problem, Unauthenticated):
        explain = gettext("このページを見るには、ログインしてください")
        return sign_in_page(intake, request, explain=explain, status=problem.status)
    if _asked_by_script(request):
        answer = problem_json(problem)
        if problem.code == "csrf":
            # Other sites cannot read it; the page's script sends once more with it.
            answer.headers[csrf.HEADER] = csrf.token(request)
        return answer
    if problem.code == ANOTHER:
        return await again.another_application(intake, request, problem)
    if problem.code == "csrf" and (page := await again.send_again(intake, request, problem)):
        return page
    said = _PAUSED if problem.code == "reception_paused" else _PAGES.get(problem.status, _TROUBLE)
    heading, advice = map(gettext, said)
    signed_in = PRINCIPAL in request
    values = {
        "heading": heading,
        "lines": [*_said(problem), advice] if problem.status == 422 else [*_said(problem)] or [advice],
        "ways": _ways(request, signed_in),
    }
    response = show(intake, request, "problem.html", values, status=problem.status)
    response.headers.update(problem.headers)
    return response


def _asked_by_script(request: web.Request) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _said(problem: Problem) -> list[str]:
    if isinstance(problem, Invalid):
        return [error.message for error in problem.errors if error.message and error.field != csrf.FIELD][:5]
    if problem.code in _DETAILS:
        return [problem.detail or messages.text(problem.code)]
    return []


def _ways(request: web.Request, signed_in: bool) -> list[tuple[str, str]]:
    if signed_in:
        return [(gettext("申請の状況を見る"), "/application")]
    if request.path.startswith("/apply"):
        return [(gettext("入力の画面へ"), "/apply"), (gettext("はじめのページへ"), "/")]
    return [(gettext("はじめのページへ"), "/"), (gettext("ログイン"), "/sign-in")]
