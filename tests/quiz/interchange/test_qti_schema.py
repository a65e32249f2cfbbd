"""Exported items have the content model of QTI 2.1.

The schema is transcribed from the information model for the elements that Rolecall writes.
"""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from rolecall.course import find_course
from rolecall.quiz import load_bank
from rolecall.quiz.interchange import export_bank

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "files" / "qti21-items.rng"))
BANKS = [Path(__file__).parents[1] / "banks" / "kinds.yaml", *find_course().banks()]


def items(bank) -> dict[str, etree._Element]:
    content, _ = export_bank(load_bank(bank), "qti")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if name.startswith("items/")]
        return {name: etree.fromstring(package.read(name)) for name in names}


@pytest.mark.parametrize("bank", BANKS, ids=lambda path: path.stem)
def test_every_exported_item_is_valid(bank):
    faults = {
        name: str(SCHEMA.error_log) for name, item in items(bank).items() if not SCHEMA.validate(item)
    }

    assert faults == {}


def test_an_item_with_its_parts_in_another_order_is_not_valid():
    item = next(iter(items(BANKS[0]).values()))
    item.insert(0, item[-1])

    assert not SCHEMA.validate(item)
