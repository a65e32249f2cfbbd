"""The panel, what cells display, and the small pages of the workshop at 320 px, drawn without JupyterLab."""

import json
import os
import re
from base64 import b64encode
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, Page, expect

from browser.accessibility import moving_parts
from browser.card_page import DARK, LIGHT
from browser.test_pictures import DOCS, FORMS
from iam.build import decision, deny
from rolecall import Sandbox
from rolecall.check._browser import violations
from rolecall.course import find_course
from rolecall.iam import explain
from rolecall.presentation.certificate import certificate_html
from rolecall.presentation.dashboard import Badge, DashboardContent, NextStep, dashboard_html
from rolecall.presentation.explanation import call_explanation_html
from rolecall.presentation.home import Home
from rolecall.presentation.trail import trail_html
from rolecall.presentation.world import world_html
from rolecall.progress import Report, SkillReport, Store
from rolecall.progress.credential import FinishedCourse, VerifiedCredential
from rolecall.quiz import Mastery
from rolecall.sandbox.call_explanation import CallExplanation
from rolecall.sandbox.trail_entries import TrailEntry, TrailTable

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
TEMPLATES = Environment(loader=FileSystemLoader(ROOT / "src/rolecall/workshop/templates"), autoescape=True)
SNAPSHOTS = Path(__file__).parent / "snapshots" / "pages"
AGAIN = "https://workshop.example/lti/launch"
"""The address of a link."""
WORKSHOP = {
    "welcome": (
        "joined",
        {"token": "t0ken", "address": AGAIN, "name": "Ana", "lesson": None, "unknown": "old"},
    ),
    "welcome-assessment": (
        "joined",
        {"token": "t0ken", "address": AGAIN, "name": "Ana", "assessment": "roles"},
    ),
    "pick-content": (
        "pick_content",
        {
            "ticket": "t1cket",
            "kind": "radio",
            "contents": [
                SimpleNamespace(kind="assessment", value="a", title="Roles, in an hour", points=10),
                SimpleNamespace(
                    kind="lesson", value="l", title="Reading and fixing AccessDenied", points=0
                ),
            ],
        },
    ),
    "registered": ("registered", {"platform": SimpleNamespace(issuer="https://lms.example"), "origin": ""}),
    "not-registered": ("registered", {"platform": None, "problem": "The link is older than an hour."}),
    "not-signed-in": (
        "not_launched",
        {"problem": "This sign-in did not start in this browser.", "again": AGAIN},
    ),
    "new-window": ("new_window", {"again": AGAIN}),
    "sign-in-storage": ("platform_storage", {"step": "put", "address": AGAIN}),
    "back-to-platform": ("content_answer", {"answer": SimpleNamespace(address=AGAIN, token="t0ken")}),
    "problem": ("problem", {"title": "Not found", "problem": "The course has no assessment of this name."}),
}
"""The template of each page, and what it shows."""
OUTLINE = {
    "problem": "",
    "cards_due": 2,
    "following_lesson": "Assuming a role for temporary access",
    "lessons": [
        {
            "title": "Assuming a role for temporary access",
            "summary": "",
            "home": "01/index.ipynb",
            "minutes": 25,
            "share_done": 0.5,
            "cards_due": 2,
            "activities": [],
        }
    ],
}
LEARN = {
    "title": "Learn",
    "description": "Step by step",
    "path": "01/learn.ipynb",
    "state": "begun",
    "minutes": 20,
    "minutes_left": 9,
    "steps": 7,
    "steps_done": 3,
    "cards_due": 0,
}
RECALL = LEARN | {"title": "Recall", "path": "01/recall.ipynb", "state": "done", "cards_due": 2}
SANDBOX = {
    "world": "A team",
    "acting_as": "user/dana",
    "clock": "2026-01-01T12:00:00Z",
    "last": "✔ s3:GetObject",
}


def page_of_workshop(template: str, context: dict) -> str:
    """Render a page with the style sheet in it, and without its scripts."""
    request = SimpleNamespace(scope=SimpleNamespace(root_path=""))
    html = TEMPLATES.get_template(f"{template}.html").render(request=request, **context)
    before, _, after = html.partition('<link rel="stylesheet" href="/static/workshop.css">')
    style = (ROOT / "src/rolecall/workshop/static/workshop.css").read_text("utf-8")
    return re.sub(r"<script.*?</script>|<link .*?>", "", f"{before}<style>{style}</style>{after}")


def page_of_jupyterlab(html: str, style: str, theme: str) -> str:
    variables = "; ".join(
        f"{name}: {value}" for name, value in (LIGHT if theme == "light" else DARK).items()
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rolecall</title>
<style>:root {{ {variables} }} body {{ margin: 0; background: var(--jp-layout-color1); }}</style>
<style>{style}</style></head>
<body data-jp-theme-light="{"true" if theme == "light" else "false"}"><main>{html}</main></body></html>"""


def dashboard() -> str:
    skills = (
        SkillReport("trust", 5, 4, Mastery.STRONG, 0.9),
        SkillReport("denials", 4, 2, Mastery.NOT_YET, 0.4),
    )
    report = Report(9, 6, 3, skills, (), 2, ((date(2026, 11, 25), 4, 2), (date(2026, 11, 26), 5, 4)))
    titles = {"trust": "Trust and permission policies", "denials": "Reading denials"}
    following = NextStep("Continue with Learn", "Continue", "01/learn.ipynb")
    badges = [Badge("Assuming a role for temporary access", True), Badge("Credentials without keys", False)]
    content = DashboardContent(report, date(2026, 11, 26), titles, badges=badges, following=following)
    return dashboard_html(content)


def certificate() -> str:
    lessons = (
        "Assuming a role for temporary access",
        "Reading and fixing AccessDenied",
        "Credentials without keys",
    )
    finished = FinishedCourse("Dana Doe", "AWS roles by doing", lessons, datetime(2026, 11, 26, tzinfo=UTC))
    fingerprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    return certificate_html(VerifiedCredential(finished, "Acme Academy", fingerprint), "t0ken")


def show_panel(page: Page, theme: str) -> None:
    """Draw the panel with its own modules, as one."""
    dom, view = ((ROOT / "frontend/src" / one).read_text("utf-8") for one in ("dom.js", "panel/view.js"))
    module = b64encode((dom + re.sub(r"^import .*$", "", view, flags=re.M)).encode()).decode()
    style = (ROOT / "src/rolecall/panel/labextensions/rolecall/static/panel.css").read_text("utf-8")
    nav = '<nav class="rolecall-kit rc-panel" aria-label="Rolecall course"></nav>'
    page.set_content(page_of_jupyterlab(nav, style, theme))
    lessons = [OUTLINE["lessons"][0] | {"activities": [LEARN, RECALL]}]
    outline = OUTLINE | {"lessons": lessons, "following": LEARN}
    page.evaluate(
        f"""async () => {{
          const {{ drawPanel, drawSandbox }} = await import("data:text/javascript;base64,{module}");
          const panel = document.querySelector("nav");
          panel.append(drawPanel({json.dumps(outline)}, "01/learn.ipynb", () => {{}}));
          panel.querySelector(".rc-panel-sandbox").append(drawSandbox({json.dumps(SANDBOX)}));
        }}"""
    )


def displayed(lab: Sandbox, folder: Path) -> dict[str, str]:
    """What cells display of a new learner's course and of a world, by the name of the surface."""
    lab.reset()
    course, store = find_course(), Store(folder / "progress.sqlite3")
    denied = explain(decision(identity=[deny("s3:*")]))
    entry = TrailEntry(
        id=3,
        time="2026-11-27T12:00:00Z",
        who="arn:aws:iam::111122223333:user/eve",
        action="sts:AssumeRole",
        resource="arn:aws:iam::111122223333:role/reports-reader",
        decision="ImplicitlyDenied",
        why="no statement allows it",
        error="AccessDenied",
    )
    return {
        "home": Home(course, None, store)._repr_html_(),
        "lesson-home": Home(course, "01-temporary-access", store)._repr_html_(),
        "world": world_html(lab),
        "explanation": call_explanation_html(CallExplanation(denied, allowed=False, error="AccessDenied")),
        "trail": trail_html(TrailTable([entry])),
        "your-progress": dashboard(),
    }


def shown(page: Page, name: str, theme: str, cells: dict[str, str]) -> None:
    if name == "panel":
        show_panel(page, theme)
    elif name == "certificate":
        page.set_content(certificate())
    elif name in cells:
        kit = (ROOT / "src/rolecall/presentation/static/kit.css").read_text("utf-8")
        page.set_content(page_of_jupyterlab(cells[name], kit, theme))
    else:
        page.set_content(page_of_workshop(*WORKSHOP[name]))


def test_each_page_is_accessible_at_320_px_and_heard_as_its_snapshot(
    browser: Browser, screenshots, reports, tmp_path
):
    """``ROLECALL_UPDATE_SNAPSHOTS=1`` writes the snapshots, which are the accessibility trees in YAML."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    found: list[str] = []
    trees: dict[str, str] = {}
    cells = displayed(reports, tmp_path)
    for name in (*WORKSHOP, "certificate", "panel", *cells):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            shown(page, name, theme, cells)
            page.screenshot(path=screenshots / f"{name}-320-{theme}.png", full_page=True)
            found += [f"{name}, {theme}: {message}" for _, message in violations(page, "body")]
        page.emulate_media(forced_colors="active")
        found += [f"{name}, high contrast: {message}" for _, message in violations(page, "body")]
        page.emulate_media(forced_colors="none")
        found += [f"{name} moves: {one}" for one in moving_parts(page)]
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            found.append(f"{name} is wider than the page")
        trees[name] = page.locator("body").aria_snapshot() + "\n"
    context.close()
    if os.environ.get("ROLECALL_UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        for name, tree in trees.items():
            (SNAPSHOTS / f"{name}.yaml").write_text(tree)

    assert found == []
    assert {one.stem: one.read_text() for one in SNAPSHOTS.glob("*.yaml")} == trees


def test_the_certificate_is_drawn_for_the_documentation(browser: Browser, screenshots):
    folder = DOCS / "images" if os.environ.get("ROLECALL_UPDATE_PICTURES") else screenshots
    page = browser.new_page()
    page.set_content(certificate())

    for form, width in FORMS.items():
        page.emulate_media(color_scheme="dark" if form == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 500})
        page.screenshot(path=folder / f"certificate-{form}.png")
        expect(page.get_by_text("Dana Doe")).to_be_in_viewport()
    page.close()
