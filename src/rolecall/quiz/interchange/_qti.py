"""QTI: content packages and single items, read in every version and written in version 2.1.

https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html defines an item of version 2.1;
https://www.imsglobal.org/question/qtiv2p1/imsqti_implv2p1.html has examples of items and packages.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from rolecall.quiz._bank import Bank
from rolecall.quiz.interchange import _qti3, _qti12_read, _qti_read, _qti_write
from rolecall.quiz.interchange._drafts import Drafts, Fields, ready
from rolecall.quiz.interchange._html import archive_entry, parse_xml, serialized
from rolecall.quiz.interchange._losses import Losses, Refused, Unreadable
from rolecall.quiz.kinds import Question

_CARRIED = frozenset({"id", "difficulty", "skill", "hint", "closing"})
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
_METADATA = "http://ltsc.ieee.org/xsd/LOM"
"""What the profile of packages for QTI 2.1 (qtiv2p1_imscpv1p2_v1p0.xsd) allows besides its own metadata."""
_ITEM_TYPE = "imsqti_item_xmlv2p1"
_ITEM_TYPES = ("imsqti_item", "imsqti_xmlv1p2", "imsqti_asi", "imsqti_xml_v1p2")
"""How the types of a manifest's resources begin that are questions, in any version of QTI."""
_DIFFICULTY = {"easy": "easy", "medium": "medium", "hard": "difficult"}
_MOST = 50_000_000
"""The most bytes that the unpacked files of a package may have together."""


def write(bank: Bank, losses: Losses) -> bytes:
    """Write a bank as a content package of items."""
    spaces = {None: _PACKAGE, "lom": _METADATA}
    manifest = etree.Element(
        f"{{{_PACKAGE}}}manifest",
        identifier=f"manifest-{bank.name}",
        nsmap=spaces,  # type: ignore[arg-type]
    )
    metadata = etree.SubElement(manifest, f"{{{_PACKAGE}}}metadata")
    etree.SubElement(metadata, f"{{{_PACKAGE}}}schema").text = "QTIv2.1 Package"
    etree.SubElement(metadata, f"{{{_PACKAGE}}}schemaversion").text = "1.0.0"
    etree.SubElement(manifest, f"{{{_PACKAGE}}}organizations")
    resources = etree.SubElement(manifest, f"{{{_PACKAGE}}}resources")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for question in ready(bank, losses, _qti_write.KINDS, _CARRIED):
            file = f"items/{question.id}.xml"
            archive.writestr(archive_entry(file), _qti_write.write(question, losses))
            _describe(resources, question, file)
        archive.writestr(archive_entry("imsmanifest.xml"), serialized(manifest))
    return packed.getvalue()


def _describe(resources: etree._Element, question: Question, file: str) -> None:
    resource = etree.SubElement(
        resources, f"{{{_PACKAGE}}}resource", identifier=f"item-{question.id}", type=_ITEM_TYPE, href=file
    )
    metadata = etree.SubElement(resource, f"{{{_PACKAGE}}}metadata")
    lom = etree.SubElement(metadata, f"{{{_METADATA}}}lom")
    keyword = etree.SubElement(etree.SubElement(lom, f"{{{_METADATA}}}general"), f"{{{_METADATA}}}keyword")
    etree.SubElement(keyword, f"{{{_METADATA}}}string").text = question.skill
    educational = etree.SubElement(lom, f"{{{_METADATA}}}educational")
    difficulty = etree.SubElement(educational, f"{{{_METADATA}}}difficulty")
    for name, text in (("source", "LOMv1.0"), ("value", _DIFFICULTY[question.difficulty])):
        etree.SubElement(difficulty, f"{{{_METADATA}}}{name}").text = text
    etree.SubElement(resource, f"{{{_PACKAGE}}}file", href=file)


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of a package or of one file, in QTI 1.2, 2.x, or 3."""
    drafts = Drafts(losses)
    for file, item, fields in _items(content):
        with losses.guard(file):
            if item is None:
                raise Refused("the package doesn't contain this file, which its manifest names")
            try:
                root = parse_xml(item)
            except Unreadable as error:
                raise Refused(str(error)) from None
            if etree.QName(root).localname == "questestinterop":
                _qti12_read.add_items(root, drafts, losses)
                continue
            root = _qti3.as_version_2(root)
            name = root.get("identifier") or file
            # A file alone has no name; its item has.
            with losses.guard(file if content.startswith(b"PK") else name):
                drafts.add(name, {"id": name, **fields, **_qti_read.read(root, name, losses)})
    return drafts.questions


def _items(content: bytes) -> Iterator[tuple[str, bytes | None, Fields]]:
    """Yield each item's file name, its content, and the fields that the manifest has."""
    if not content.startswith(b"PK"):
        yield "the item", content, {}
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MOST:
                raise Unreadable(f"its files have more than {_MOST:,} bytes together")
            names = set(archive.namelist())
            where = next(
                (one for one in sorted(names, key=len) if posixpath.basename(one) == "imsmanifest.xml"),
                None,
            )
            if where is None:
                raise Unreadable("it is not a content package: it has no imsmanifest.xml")
            manifest = parse_xml(archive.read(where))
            for resource in manifest.iterfind(".//{*}resource"):
                if resource.get("type", "").startswith(_ITEM_TYPES):
                    file = resource.get("href") or next(
                        (one.get("href", "") for one in resource.iterfind("{*}file")), ""
                    )
                    file = posixpath.normpath(posixpath.join(posixpath.dirname(where), file))
                    # A manifest has addresses, in which a space is %20.
                    file = file if file in names else unquote(file)
                    yield file, archive.read(file) if file in names else None, _described(resource)
    except zipfile.BadZipFile:
        raise Unreadable("it is not a content package: the archive can't be opened") from None


def _described(resource: etree._Element) -> Fields:
    fields: Fields = {}
    names = {value: key for key, value in _DIFFICULTY.items()} | {
        "very easy": "easy",
        "very difficult": "hard",
    }
    # LOM has a keyword in <string> and a difficulty as it is; IMS metadata 1.2 has both in <langstring>.
    if keyword := _text(resource, ".//{*}keyword/*"):
        fields["skill"] = keyword
    if (value := _text(resource, ".//{*}difficulty/{*}value")) in names:
        fields["difficulty"] = names[value]
    return fields


def _text(resource: etree._Element, path: str) -> str:
    """Return the text of the first element at a path, with the text of its children."""
    found = resource.find(path)
    return "" if found is None else "".join(map(str, found.itertext())).strip()
