"""Write the JSON Schemas of the files that an author writes, from the models that load the files.

`python -m rolecall.check.schemas` writes them into ``rolecall/schemas``; a test compares them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from rolecall.assessment import Assessment
from rolecall.course._course import LessonFile
from rolecall.lab import TaskFile
from rolecall.quiz import Bank, Catalogue
from rolecall.sandbox.world import World

FOLDER = Path(__file__).parents[1] / "schemas"
_MODELS: dict[str, type[BaseModel]] = {
    "bank": Bank,
    "lesson": LessonFile,
    "world": World,
    "misconceptions": Catalogue,
    "tasks": TaskFile,
    "assessment": Assessment,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Create each schema, by what it describes: ``bank``, ``lesson``, ``world``, and so on."""
    made = {}
    for name, model in _MODELS.items():
        schema = model.model_json_schema(by_alias=True)
        made[name] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return made


def write(folder: Path = FOLDER) -> None:
    """Write each schema as ``NAME.schema.json``."""
    for name, schema in schemas().items():
        (folder / f"{name}.schema.json").write_text(json.dumps(schema, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
