"""Answers to a question for the class are graded apart from other requests and from graded work."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from fastapi.concurrency import run_in_threadpool

from rolecall.workshop.class_answers import ClassGrader


class SlowGraders:
    """Graders that don't finish until they may; they count how many answers they grade."""

    def __init__(self) -> None:
        self.started, self.grading, self.may_end = 0, threading.Semaphore(0), threading.Event()

    def grade(self, item: object, answer: str) -> str:
        self.started += 1
        self.grading.release()
        self.may_end.wait()
        return answer


def test_answers_that_wait_for_a_grader_take_no_thread_from_other_requests():
    graders = SlowGraders()

    async def answer_together() -> tuple[list[str], int]:
        grader = ClassGrader(SimpleNamespace(class_graders=graders, settings=SimpleNamespace(graders=2)))
        answers = [asyncio.create_task(grader.grade(None, "a")) for _ in range(100)]
        for _ in range(2):
            await run_in_threadpool(graders.grading.acquire)
        # The pool has 40 threads; this needs one of them while 98 answers wait.
        started = await run_in_threadpool(lambda: graders.started)
        graders.may_end.set()
        return await asyncio.gather(*answers), started

    # This runs in another thread, because browser tests leave an event loop in the main one.
    with ThreadPoolExecutor(1) as thread:
        graded, started = thread.submit(asyncio.run, answer_together()).result()

    assert started == 2
    assert graded == ["a"] * 100


def test_the_requests_of_one_learner_take_turns():
    grader = ClassGrader(SimpleNamespace(class_graders=None, settings=SimpleNamespace(graders=2)))

    turn = grader.turn_of(1)

    assert grader.turn_of(1) is turn
    assert grader.turn_of(2) is not turn
