"""Give items of QTI 3 the names of version 2, so that one reader understands both.

Version 3 writes ``qti-choice-interaction`` for ``choiceInteraction`` and ``response-identifier`` for
``responseIdentifier``; the content is HTML in both.
https://www.imsglobal.org/spec/qti/v3p0/impl
"""

from __future__ import annotations

import re

from lxml import etree

_PREFIX = "qti-"


def as_version_2(root: etree._Element) -> etree._Element:
    """Rename the elements and attributes of version 3, of which drafts used only some."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname
        if name.startswith(_PREFIX):
            element.tag = _camel_case(name.removeprefix(_PREFIX))
            for attribute in [one for one in element.attrib if "-" in str(one)]:
                element.set(_camel_case(str(attribute)), element.attrib.pop(attribute))
    return root


def _camel_case(name: str) -> str:
    return re.sub(r"-(\w)", lambda found: found[1].upper(), name)
