"""Exported packages are valid in QTI 2.1.

No package of PyPI, npm, or Debian was found that contains the official imsqti_v2p1.xsd. Two RELAX NG schemas transcribe it, and
the schema of the manifest, for the elements and attributes that Rolecall writes: files/qti21-items.rng and
files/qti21-manifest.rng.

On 2026-11-26 they were compared with the official schemas by reading: names, the order and number of elements, required
attributes, and the types of values. Read in full were imsqti_v2p1.xsd (final release, 2012-07-31, with its Schematron rules)
and qtiv2p1_imscpv1p2_v1p0.xsd (2014-01-31), its profile of imscp_v1p1 for packages. Of imsmd_loose_v1p3p2.xsd (2012-04-30) all
types were read, and of version 2.1.1 of the first the list of changes only. Compared were these types:

- items: AssessmentItem, ResponseDeclaration, OutcomeDeclaration, CorrectResponse, Value, Mapping, MapEntry, ItemBody,
  RubricBlock, View, ModalFeedback, Identifier, UniqueIdentifier, UniqueIdentifierRef, StringList, ToleranceList,
  EmptyPrimitiveType
- interactions: ChoiceInteraction, OrderInteraction, MatchInteraction, TextEntryInteraction, Prompt, SimpleChoice,
  SimpleMatchSet, SimpleAssociableChoice
- rules: ResponseProcessing, ResponseCondition, ResponseIf, SetValue, NumericLogic1toMany, Logic0toMany, Logic1toMany, Equal,
  MapResponse, Variable, Correct, BaseValue
- text: HTMLText (p, pre, h1 to h6, em, strong, code, sub, sup, span), A, BR, Img, HR, OUL, LI, BlockQuote, Div, Table,
  TablePart, TR, TDH
- packages: Manifest, ManifestMetadata, Organizations, Resources, Resource, ResourceMetadata, File; LOM, General, Educational,
  Difficulty, LangString, LanguageString, CharacterString

REJECTED, ALLOWED, the table without a body, and the last test are the differences that this comparison found and that are
fixed; no other was found. Left out are attributes and elements that Rolecall doesn't write, such as id, label, and xml:lang.
"""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from rolecall.course import find_course
from rolecall.quiz import Bank, load_bank
from rolecall.quiz.interchange import export_bank

FILES = Path(__file__).parent / "files"
SCHEMA = etree.RelaxNG(etree.parse(FILES / "qti21-items.rng"))
MANIFEST = etree.RelaxNG(etree.parse(FILES / "qti21-manifest.rng"))
BANKS = [Path(__file__).parents[1] / "banks" / "kinds.yaml", *find_course().banks()]


MARKDOWN = [
    "3. a\n4. b",
    "| a | b |\n|:--|--:|\n| 1 | 2 |",
    # QTI needs a body in each table.
    "| a table | without a body |\n|---|---|",
    '[link](https://example.com "Title") and ![picture](p.png "Title")',
    "> quoted\n\n---\n\n- a\n\n  b\n- c",
    "# Head\n\nline\\\nbreak <https://example.com/ä?x=[1]&y> &copy; \\<b>",
    "```bash\naws s3 ls > a & b\n```",
]


def package(bank: Bank) -> dict[str, etree._Element]:
    content, _ = export_bank(bank, "qti")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: etree.fromstring(archive.read(name)) for name in archive.namelist()}


def faults(item: etree._Element) -> list[str]:
    """Return the schema's errors, and the responses that aren't declared once, since their type is ID."""
    declared = [one.get("identifier", "") for one in item.iterfind("{*}responseDeclaration")]
    used = {str(one) for one in item.xpath("//@responseIdentifier")}
    unknown = [f"{one} isn't declared" for one in sorted(used - set(declared))]
    repeated = [f"{one} is declared twice" for one in sorted(set(declared)) if declared.count(one) > 1]
    return [*([] if SCHEMA.validate(item) else [str(SCHEMA.error_log)]), *unknown, *repeated]


@pytest.mark.parametrize("bank", BANKS, ids=lambda path: path.stem)
def test_every_exported_package_is_valid(bank):
    files = package(load_bank(bank))
    manifest = files.pop("imsmanifest.xml")
    identifiers = manifest.xpath("//@identifier")

    assert MANIFEST.validate(manifest), MANIFEST.error_log
    assert len(identifiers) == len(set(identifiers)) == len(files) + 1
    assert {name: found for name, item in files.items() if (found := faults(item))} == {}


@pytest.mark.parametrize("text", MARKDOWN)
def test_every_text_of_markdown_is_valid(text):
    question = load_bank(BANKS[0]).questions[0]
    question = question.model_copy(update={"prompt": text, "hint": text, "solution": [text]})
    bank = load_bank(BANKS[0]).model_copy(update={"questions": [question]})

    item = package(bank)[f"items/{question.id}.xml"]

    assert faults(item) == []


def test_an_item_with_its_parts_in_another_order_is_not_valid():
    item = next(iter(package(load_bank(BANKS[0])).values()))
    item.insert(0, item[-1])

    assert faults(item)


def example(body: str = "<p/>", declared: str = "", rules: str = "", after: str = "") -> etree._Element:
    return etree.fromstring(
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a" title="A" timeDependent="false">'
        f'<responseDeclaration identifier="R" cardinality="single" baseType="string"/>{declared}'
        f"<itemBody>{body}</itemBody><responseProcessing>{rules}</responseProcessing>{after}</assessmentItem>"
    )


BASE_TYPES = ["boolean", "directedPair", "duration", "file", "float", "identifier"]
BASE_TYPES += ["integer", "pair", "point", "string", "uri"]
ENTRY = '<textEntryInteraction responseIdentifier="R"/>'
VARIABLE = '<variable identifier="R"/>'
REJECTED = {
    "a body without content": example(""),
    "a view that isn't one of the six": example('<rubricBlock view="student"/>'),
    "a text entry in a rubric": example(f'<rubricBlock view="tutor">{ENTRY}</rubricBlock>'),
    "a text entry in an option": example(
        f'<choiceInteraction responseIdentifier="R"><simpleChoice identifier="A">{ENTRY}</simpleChoice></choiceInteraction>'
    ),
    "a text entry in a prompt": example(
        f'<choiceInteraction responseIdentifier="R"><prompt>{ENTRY}</prompt><simpleChoice identifier="A"/></choiceInteraction>'
    ),
    "a text entry in a part of a pair": example(
        '<matchInteraction responseIdentifier="R"><simpleMatchSet/><simpleMatchSet>'
        f'<simpleAssociableChoice identifier="A" matchMax="1">{ENTRY}</simpleAssociableChoice></simpleMatchSet></matchInteraction>'
    ),
    "a text entry in feedback": example(
        after=f'<modalFeedback outcomeIdentifier="F" identifier="A" showHide="show">{ENTRY}</modalFeedback>'
    ),
    "a sum of tests": example(
        rules=f'<setOutcomeValue identifier="S"><sum><or>{VARIABLE}</or></sum></setOutcomeValue>'
    ),
    "a response that isn't declared": example(f"<p>{ENTRY.replace('R', 'Q')}</p>"),
    "a response that is declared twice": example(
        declared='<responseDeclaration identifier="R" cardinality="single"/>'
    ),
    "a number that isn't an int": example(
        '<choiceInteraction responseIdentifier="R" maxChoices="2147483648"><simpleChoice identifier="A"/></choiceInteraction>'
    ),
}
ALLOWED = {
    "an identifier of more than 64 characters": example(
        declared=f'<responseDeclaration identifier="{"Q" * 65}" cardinality="single"/>'
    ),
    "every base type": example(
        declared="".join(
            f'<outcomeDeclaration identifier="S" cardinality="single" baseType="{one}"/>'
            for one in BASE_TYPES
        )
    ),
    "a declaration without a base type": example(
        declared='<outcomeDeclaration identifier="S" cardinality="record"/>'
    ),
    "a mapping without a default": example(
        declared='<responseDeclaration identifier="Q" cardinality="single"><mapping><mapEntry mapKey="a" mappedValue="INF"/>'
        "</mapping></responseDeclaration>"
    ),
    "a condition without rules": example(
        rules=f"<responseCondition><responseIf><equal>{VARIABLE}{VARIABLE}</equal></responseIf></responseCondition>"
    ),
    "blocks in a prompt": example(
        '<orderInteraction responseIdentifier="R"><prompt><p/></prompt><simpleChoice identifier="A"/></orderInteraction>'
    ),
    "text in a rubric for two views": example('<rubricBlock view="tutor scorer">text</rubricBlock>'),
    "sets without parts": example(
        '<matchInteraction responseIdentifier="R"><simpleMatchSet/><simpleMatchSet/></matchInteraction>'
    ),
    "classes": example(
        '<ul><li class="a"/></ul><blockquote class="a"/><hr class="a"/><p><a class="a" href="a"/><br class="a"/></p>'
        '<table class="a"><tbody class="a"><tr class="a"><td class="a"><img class="a" src="a" alt=""/></td></tr></tbody></table>'
    ),
}


@pytest.mark.parametrize("item", REJECTED.values(), ids=REJECTED)
def test_the_schema_rejects_what_the_official_one_rejects(item):
    assert faults(item)


@pytest.mark.parametrize("item", ALLOWED.values(), ids=ALLOWED)
def test_the_schema_allows_what_the_official_one_allows(item):
    assert faults(item) == []


def test_a_manifest_with_metadata_of_another_standard_is_not_valid():
    manifest = package(load_bank(BANKS[0]))["imsmanifest.xml"]
    assert MANIFEST.validate(manifest)

    for one in manifest.iter("{http://ltsc.ieee.org/xsd/LOM}*"):
        one.tag = one.tag.replace("http://ltsc.ieee.org/xsd/LOM", "http://www.imsglobal.org/xsd/imsmd_v1p2")

    assert not MANIFEST.validate(manifest)
