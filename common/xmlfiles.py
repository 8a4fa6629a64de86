"""XML files that come in: parsed without entities, document types or network, and bounded.

The text is judged before any parser sees it: read as UTF-8 or GB18030 like every file, and a
document type, where every entity attack begins, is refused outright.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from lxml import etree

from common.errors import DomainError
from common.textfiles import Problems, decode_text

MAX_XML_BYTES = 16 * 1024 * 1024
MAX_ELEMENTS = 1_000_000

_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(r"""\s*<\?xml\s[^>]{0,200}?\?>""")
_ENCODING = re.compile(r"""encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS = {"utf-8", "gb18030", "gbk", "gb2312"}
_NAMESPACE = re.compile(r"\{(.*)\}")
# What libxml2 calls a breach of the schema, in the words of whoever has to mend the file.
_BREACHES = {
    "SCHEMAV_ELEMENT_CONTENT": "元素不在标准规定的位置，或缺少必填元素",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "缺少必填的属性",
    "SCHEMAV_CVC_PATTERN_VALID": "内容的格式不符合标准",
    "SCHEMAV_CVC_ENUMERATION_VALID": "内容不是标准允许的代码",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "内容超过标准允许的长度",
    "SCHEMAV_CVC_MINLENGTH_VALID": "内容不能为空",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "小数位数超过标准允许的位数",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "数字超过标准允许的位数",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "数值小于标准允许的最小值",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "内容不是标准要求的类型",
}


class XmlUnreadable(DomainError):
    """The bytes are no XML file this system reads; the message says why."""

    code = "XML_UNREADABLE"
    message = "文件不是完整的XML，请从银行重新下载"


def is_xml(data: bytes) -> bool:
    """Return whether the bytes begin as an XML document."""
    return data[:256].removeprefix(_BOM).lstrip().startswith(b"<")


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of an XML file in UTF-8 or GB18030, comments and instructions left out.

    Nesting beyond 256 elements is refused by the parser.

    Raises:
        FileUnreadable: empty, no text, or in another encoding.
        XmlUnreadable: too large, with a document type, truncated, or with more than a
            million elements.
    """
    if len(data) > MAX_XML_BYTES:
        raise XmlUnreadable(f"XML文件超过{MAX_XML_BYTES // 1024 // 1024}MB")
    text = _without_declaration(decode_text(data))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise XmlUnreadable("XML文件含有文档类型或实体定义，不予接收")
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise XmlUnreadable(f"XML文件超过{MAX_ELEMENTS:,}个元素")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        place = f"第{error.lineno}行" if error.lineno else ""
        raise XmlUnreadable(f"{place}不是完整的XML，或嵌套过深，请从银行重新下载") from None


def _without_declaration(text: str) -> str:
    """Return the document with its declaration blanked, so that line numbers stay the file's."""
    declaration = _DECLARATION.match(text)
    if declaration is None:
        return text
    named = _ENCODING.search(declaration[0])
    if named and named[1].lower() not in _ENCODINGS:
        raise XmlUnreadable(f"XML文件须为UTF-8或GB18030编码，不能是{named[1]}")
    return "\n" * declaration[0].count("\n") + text[declaration.end() :]


def namespace_of(root: etree._Element) -> str:
    """Return the namespace of an element, empty for none."""
    found = _NAMESPACE.match(str(root.tag))
    return found[1] if found else ""


def check_schema(root: etree._Element, problems: Problems, schemas: Mapping[str, Path]) -> None:
    """Report every breach of the schema of the root's namespace.

    Args:
        schemas: by namespace; a document of any other is reported as such.
    """
    path = schemas.get(namespace_of(root))
    if path is None:
        names = "、".join(file.stem for file in schemas.values())
        problems.report(root.sourceline or 1, "命名空间", namespace_of(root), f"须为{names}的报文")
        return
    schema = etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))
    schema.validate(root)
    for entry in schema.error_log:
        reason = _BREACHES.get(entry.type_name, "内容不符合标准")
        if entry.type_name == "SCHEMAV_CVC_TYPE_3_1_1":
            continue  # says a second time that the content of a simple type is wrong
        problems.report(entry.line, _element(entry.message), "", f"不符合{path.stem}：{reason}")


def _element(message: str) -> str:
    """Return the element a message of the parser is about: Element '{…}Amt': …"""
    found = re.search(r"Element '(?:\{[^}]*\})?([A-Za-z0-9]{1,40})'", message)
    return found[1] if found else "报文"
