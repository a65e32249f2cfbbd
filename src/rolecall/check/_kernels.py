"""The environment of the kernels in which a check runs notebooks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rolecall.check._loaded_course import LoadedCourse
from rolecall.course import COURSE_VARIABLE


def kernel_environment(loaded: LoadedCourse, data: Path) -> dict[str, str]:
    """Return the environment of a kernel that belongs to a course.

    Parameters
    ----------
    loaded
        The course that is checked.
    data
        The folder for what a kernel keeps: answers in a notebook don't count as the author's own progress.
    """
    # The `aws` command is the one of this environment, as in `rolecall lab`.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {COURSE_VARIABLE: str(loaded.folder), "ROLECALL_DATA": str(data), "PATH": path}
