"""Hands-on tasks: what a learner must reach, probes that prove it, mistakes that it recognises."""

from rolecall.lab._judging import Found, Judgement, judge, make
from rolecall.lab._mission import Mission, task
from rolecall.lab._replay import MOST, judge_again
from rolecall.lab._task import Mistake, Probe, Task, TaskFile, find_task, load_tasks, task_files
from rolecall.lab._told import Checked, Told

__all__ = [
    "MOST",
    "Checked",
    "Found",
    "Judgement",
    "Mission",
    "Mistake",
    "Probe",
    "Task",
    "TaskFile",
    "Told",
    "find_task",
    "judge",
    "judge_again",
    "load_tasks",
    "make",
    "task",
    "task_files",
]
