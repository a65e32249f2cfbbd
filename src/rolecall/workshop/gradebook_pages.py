"""The HTTP routes for marks: the gradebook and item analysis of an assessment, and the files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from rolecall.course import NoCourse
from rolecall.workshop import gradebook
from rolecall.workshop.access import Instructor, TheService
from rolecall.workshop.grades import drop, dropped, regrade
from rolecall.workshop.insight import insight
from rolecall.workshop.pages import show
from rolecall.workshop.platform_grades import send_again
from rolecall.workshop.platform_launches import lines_of
from rolecall.workshop.platform_services import PlatformProblem
from rolecall.workshop.rooms import audit
from rolecall.workshop.service import Service
from rolecall.workshop.tables import PlatformContext
from rolecall.workshop.titles import titles_of

router = APIRouter()
_Text = Annotated[str, Form(max_length=200)]


def _file(name: str, content: str) -> Response:
    """Return CSV that a browser saves under a name."""
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/progress.csv")
async def get_progress(service: TheService, caller: Instructor) -> Response:
    """Export every activity as CSV."""

    def read() -> str:
        with service.database.read() as session:
            return gradebook.progress_csv(session, caller.room)

    return _file("progress.csv", await run_in_threadpool(read))


@router.get("/grades.csv")
async def get_grades(service: TheService, caller: Instructor, nbgrader: bool = False) -> Response:
    """Export the gradebook as CSV, or with nbgrader's columns."""

    def read() -> str:
        with service.database.read() as session:
            if nbgrader:
                return gradebook.as_nbgrader_csv(gradebook.student_grades(session, caller.room))
            return gradebook.as_csv(gradebook.lines(session, caller.room))

    return _file("grades-nbgrader.csv" if nbgrader else "grades.csv", await run_in_threadpool(read))


@router.get("/assessments/{name}", response_class=HTMLResponse)
async def get_assessment(request: Request, name: str, service: TheService, caller: Instructor) -> Response:
    """Show the gradebook and the item analysis of one assessment."""
    try:
        assessment = await run_in_threadpool(service.assessments.assessment, name)
    except NoCourse as error:
        raise HTTPException(404, str(error)) from None

    name_now = service.assessments.name_now

    def read() -> dict[str, Any]:
        with service.database.read() as session:
            return {
                "lines": gradebook.lines(session, caller.room, name),
                "missing": gradebook.missing(session, caller.room, name),
                "insight": insight(gradebook.items(session, caller.room, name, name_now)),
                "notes": gradebook.notes(session, caller.room, name, name_now),
                "dropped": sorted(dropped(session, caller.room, name)),
                "platform": lines_of(session, caller.room, name),
                "bound": session.get(PlatformContext, caller.room),
            }

    report = await run_in_threadpool(read)
    return show(
        request,
        "gradebook.html",
        {
            "assessment": assessment,
            "form_token": caller.form_token,
            "titles": await run_in_threadpool(titles_of, service.assessments),
            **report,
        },
    )


async def _change(
    request: Request, service: Service, name: str, change: Callable[[Session], object]
) -> Response:
    """Change something, and show the gradebook again."""
    await asyncio.wrap_future(service.database.write(change))
    service.marker.wake()
    return _back(request, name)


def _back(request: Request, name: str) -> Response:
    return RedirectResponse(request.scope.get("root_path", "") + f"/assessments/{name}", 303)


@router.post("/assessments/{name}/drop")
async def post_drop(
    request: Request, name: str, service: TheService, caller: Instructor, question: _Text
) -> Response:
    """Drop a question, so that it counts for no one."""
    now = service.clock.now()
    names = await run_in_threadpool(service.assessments.names_of, name, question)

    def change(session: Session) -> None:
        for one in names:
            drop(session, caller.room, name, one, caller.name, now)
        send_again(session, caller.room, name, now)

    return await _change(request, service, name, change)


@router.post("/assessments/{name}/regrade")
async def post_regrade(request: Request, name: str, service: TheService, caller: Instructor) -> Response:
    """Grade every answer again, with the banks as they are now."""
    now = service.clock.now()
    return await _change(
        request, service, name, lambda session: regrade(session, caller.room, name, caller.name, now)
    )


@router.post("/assessments/{name}/send")
async def post_send(request: Request, name: str, service: TheService, caller: Instructor) -> Response:
    """Send every grade of the assessment to the learning platform again, now."""
    now = service.clock.now()

    def change(session: Session) -> None:
        send_again(session, caller.room, name, now, also_unchanged=True)
        audit(session, caller.room, now, caller.name, "grades sent again", name)

    return await _change(request, service, name, change)


@router.post("/assessments/{name}/class-list")
async def post_class_list(request: Request, name: str, service: TheService, caller: Instructor) -> Response:
    """Read the class list of the learning platform; the gradebook shows why it can't be read."""
    try:
        await run_in_threadpool(service.read_class_list)
    except PlatformProblem as problem:
        raise HTTPException(502, f"The class list was not read: {problem}.") from None
    return _back(request, name)
