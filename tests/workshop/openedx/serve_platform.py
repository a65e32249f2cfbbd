# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["cryptography>=42", "lti-consumer-xblock==11.4.0"]
# ///
"""Open edX's own LTI code as a learning platform, in a separate environment.

The package isolates every call of the LMS around it in one module, ``lti_consumer.plugin.compat``. These calls are
answered here: a course with one block, an instructor, and learners. Login initiation, the launch gate, keys, access
tokens, line items, scores, members, and Deep Linking are Open edX's code.

Run with ``uv run --script``. It prints one line of JSON with its address, and serves until it is ended.
"""

import json
import sys
import tempfile
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
BLOCK = "block-v1:edX+Roles+2026+type@lti_consumer+block@midterm"
COURSE = "course-v1:edX+Roles+2026"
PEOPLE = {"ines": "instructor", "ana": "student", "ben": "student"}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


server = make_server(HOST, 0, None, Server, Quiet)
URL = f"http://{HOST}:{server.server_port}"
settings.configure(
    SECRET_KEY="a test's secret",
    ALLOWED_HOSTS=["*"],
    LOGGING={
        "version": 1,
        "handlers": {"stderr": {"class": "logging.StreamHandler"}},
        "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR"}},
    },
    ROOT_URLCONF="__main__",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "config_models",
        "rest_framework",
        "django_filters",
        "lti_consumer",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "edx_django_utils.cache.middleware.RequestCacheMiddleware",
        "edx_django_utils.cache.middleware.TieredCacheMiddleware",
    ],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{tempfile.mkdtemp()}/lms.sqlite3"}
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    LMS_ROOT_URL=URL,
    LMS_BASE=URL.removeprefix("http://"),
    PLATFORM_NAME="Open edX",
    USAGE_ID_PATTERN=r"(?P<usage_id>[^/?]+)",
    FEATURES={"LTI_1P3_ENABLED": True},
)
django.setup()

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from lti_consumer import api
from lti_consumer.data import Lti1p3LaunchData
from lti_consumer.models import (
    Lti1p3Passport,
    LtiAgsLineItem,
    LtiAgsScore,
    LtiConfiguration,
    LtiDlContentItem,
)
from lti_consumer.plugin import compat, views
from opaque_keys.edx.keys import CourseKey, UsageKey

gradebook: dict[str, float] = {}


class Block:
    """The block with the tool: what the LMS would load."""

    scope_ids = SimpleNamespace(usage_id=UsageKey.from_string(BLOCK), user_id=None)
    display_name, weight, has_score, accept_grades_past_due = "Midterm", 8, True, True

    def is_past_due(self) -> bool:
        return False

    def max_score(self) -> float:
        return self.weight

    def set_user_module_score(self, user, score, maximum, comment="") -> None:
        gradebook[user] = score * maximum


def members(_: object) -> dict[int, dict[str, object]]:
    return {
        number: {"id": number, "username": name, "email": f"{name}@example.edu", "name": name.title(),
                 "roles": ["instructor" if role == "instructor" else "student"]}
        for number, (name, role) in enumerate(PEOPLE.items(), start=1)
    }  # fmt: skip


for call, answer in {
    "load_enough_xblock": lambda _: Block(),
    "load_block_as_user": lambda _: Block(),
    "get_user_from_external_user_id": lambda user: user,
    "user_has_studio_write_access": lambda *_: True,
    "get_course_members": members,
    "merge_course_forum_roles": lambda *_: None,
    "batch_get_or_create_externalids": lambda _: {
        number: SimpleNamespace(external_user_id=name) for number, name in enumerate(PEOPLE, start=1)
    },
    "nrps_pii_disallowed": lambda: False,
    "get_event_tracker": lambda: None,
}.items():
    setattr(compat, call, answer)
views.get_lti_pii_sharing_state_for_course = lambda _: True
# The users are in no table here; their IDs are above.
views.get_user_model = lambda: SimpleNamespace(
    objects=SimpleNamespace(prefetch_related=lambda _: SimpleNamespace(filter=lambda **_: []))
)


def configure(request):
    """Register a tool by its addresses, as an author does in Studio; answer with what Studio shows then."""
    tool = json.loads(request.body)
    LtiConfiguration.objects.all().delete()
    LtiConfiguration.objects.create(
        lti_1p3_passport=Lti1p3Passport.objects.create(lti_1p3_tool_keyset_url=tool["keys"]),
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=UsageKey.from_string(BLOCK),
        lti_1p3_oidc_url=tool["login"],
        lti_1p3_launch_url=tool["launch"],
        lti_1p3_redirect_uris=[tool["launch"]],
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=tool["launch"],
        lti_advantage_enable_nrps=True,
        lti_advantage_ags_mode=tool["grades"],
    )
    shown = api.get_lti_1p3_launch_info(launch_data("ines"))
    return JsonResponse(
        {
            "issuer": URL,
            "client_id": shown["client_id"],
            "deployments": shown["deployment_id"],
            "login_url": shown["oidc_callback"],
            "token_url": shown["token_url"],
            "keys_url": shown["keyset_url"],
        }
    )


def launch_data(user: str) -> Lti1p3LaunchData:
    return Lti1p3LaunchData(
        user_id=user,
        user_role=PEOPLE[user],
        config_id=LtiConfiguration.objects.get().config_id,
        resource_link_id=BLOCK,
        external_user_id=user,
        name=user.title(),
        context_id=COURSE,
        context_type=["course_offering"],
        context_title="Roles",
        context_label="Roles",
    )


def unit(request, user):
    """A page of the course with the tool in a frame, or the page where an instructor picks its content."""
    if request.GET.get("pick"):
        address = api.get_lti_1p3_launch_start_url(launch_data(user), deep_link_launch=True)
    else:
        address = api.get_lti_1p3_content_url(launch_data(user))
    return HttpResponse(
        f'<h1>{PEOPLE[user]}</h1><iframe name="tool" title="Tool" src="{address}" width="900" height="600"></iframe>'.replace(
            "&", "&amp;"
        )
    )


def state(request):
    """What the platform has: content items, line items, scores, and the course's gradebook."""
    return JsonResponse(
        {
            "content": [one.attributes for one in LtiDlContentItem.objects.all()],
            "lines": [one.label for one in LtiAgsLineItem.objects.all()],
            "scores": list(
                LtiAgsScore.objects.values("user_id", "score_given", "score_maximum", "grading_progress")
            ),
            "gradebook": gradebook,
        }
    )


assert CourseKey.from_string(COURSE)
urlpatterns = [
    path("api/", include(("lti_consumer.plugin.urls", "lti_consumer"), namespace="lti_consumer")),
    path("configure", csrf_exempt(configure)),
    path("unit/<str:user>", unit),
    path("state", state),
]
call_command("migrate", verbosity=0)
server.set_app(get_wsgi_application())
print(json.dumps({"url": URL}), flush=True)
server.serve_forever()
