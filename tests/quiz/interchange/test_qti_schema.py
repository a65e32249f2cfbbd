"""Exported items have the content model of QTI 2.1.

The schema is transcribed from the information model for the elements that Rolecall writes. No package of PyPI,
npm, or Debian was found that contains the official imsqti_v2p1.xsd.

On 2026-11-26 these types of that file (final release, 2012-07-31) were compared with the transcription by reading:
AssessmentItem, BlockQuote, Equal, Mapping, MatchInteraction, ResponseProcessing, RubricBlock,
SimpleAssociableChoice, SimpleChoice, SimpleMatchSet, and the attributes of Equal and SimpleChoice. Each of them
allows all that the transcription allows. In a RubricBlock and in ResponseProcessing it allows more.
The other types weren't compared.
"""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from rolecall.course import find_course
from rolecall.quiz import Bank, load_bank
from rolecall.quiz.interchange import export_bank

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "files" / "qti21-items.rng"))
BANKS = [Path(__file__).parents[1] / "banks" / "kinds.yaml", *find_course().banks()]


MARKDOWN = [
    "3. a\n4. b",
    "| a | b |\n|:--|--:|\n| 1 | 2 |",
    '[link](https://example.com "Title") and ![picture](p.png "Title")',
    "> quoted\n\n---\n\n- a\n\n  b\n- c",
    "# Head\n\nline\\\nbreak <https://example.com/ä?x=[1]&y> &copy; \\<b>",
    "```bash\naws s3 ls > a & b\n```",
]


def items(bank: Bank) -> dict[str, etree._Element]:
    content, _ = export_bank(bank, "qti")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if name.startswith("items/")]
        return {name: etree.fromstring(package.read(name)) for name in names}


@pytest.mark.parametrize("bank", BANKS, ids=lambda path: path.stem)
def test_every_exported_item_is_valid(bank):
    faults = {
        name: str(SCHEMA.error_log)
        for name, item in items(load_bank(bank)).items()
        if not SCHEMA.validate(item)
    }

    assert faults == {}


@pytest.mark.parametrize("text", MARKDOWN)
def test_every_text_of_markdown_is_valid(text):
    question = load_bank(BANKS[0]).questions[0]
    question = question.model_copy(update={"prompt": text, "hint": text, "solution": [text]})
    bank = load_bank(BANKS[0]).model_copy(update={"questions": [question]})

    (item,) = items(bank).values()

    assert SCHEMA.validate(item), SCHEMA.error_log


def test_an_item_with_its_parts_in_another_order_is_not_valid():
    item = next(iter(items(load_bank(BANKS[0])).values()))
    item.insert(0, item[-1])

    assert not SCHEMA.validate(item)
