"""What one XML part of a workbook holds, told from its bytes before any reader sees it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from spineoutcomes.loaders.sheet.formats import LOCAL_DATES, PERCENT, is_percent, is_without_day

# A cell takes about half a kilobyte to read; two million are read in half a minute.
MAX_CELLS = 2_000_000
MAX_FAST_CELLS = 10_000_000  # values only, a fifth of the room and a tenth of the time
MAX_STYLE_ELEMENTS = 500_000  # Excel itself stops at 65,490 formats
SAVE_AGAIN = "Open it in a spreadsheet program and save it as .xlsx."
UTF8 = (b"utf-8", b"utf8", b"us-ascii")
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
ENCODING = re.compile(rb"^<\?xml[^<>]*?\bencoding\s*=\s*[\"']([^\"']*)")
P = rb"(?:[\w.-]+:)?"  # a prefix that names the namespace
# What is skipped has a bound throughout, so that no part can make a search take forever.
AREA = re.compile(
    rb"<" + P + rb"(?:mergeCell|hyperlink)\s[^<>]{0,2000}?\bref\s?=\s?[\"']([^\"']{0,50})[\"']"
)
AREA_TAG = re.compile(rb"<" + P + rb"(?:mergeCell|hyperlink)\s")
CORNERS = re.compile(rb"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
# A formula that is followed by no value, or an empty one.
NO_VALUE = rb"(?:<" + P + rb"v\s?/>|<" + P + rb"v></" + P + rb"v>)?\s{0,20}</" + P + rb"c>"
FORMULA_END = rb"(?:</" + P + rb"f>|<" + P + rb"f(?:\s[^<>]{0,2000})?/>)\s{0,20}"
OPEN_FORMULA = re.compile(FORMULA_END + NO_VALUE)
# What the fast reader does not tell: errors, ISO dates, hidden cells, merged cells; and attributes
# in single quotes, which the patterns here do not look for.
HIDDEN = (b'hidden="1"', b'hidden="true"', b'ht="0"')
UNTOLD = (b't="e"', b't="d"', *HIDDEN, b"mergeCell", b"='")
ROW = re.compile(rb"<row\s[^<>]{0,500}?\br=\"\d{1,7}\"")
CELL = re.compile(rb"<c\s+r=\"([A-Z]{1,3})(\d{1,7})\"")
STEP = 10_000_000
FORMAT_USED = re.compile(rb"\bnumFmtId=\"(\d+)\"")
FORMAT_CODE = re.compile(rb"\bnumFmtId=\"(\d+)\"\s+formatCode=\"([^\"]*)\"")


class PartError(Exception):
    """A part that must not reach a reader; says why, after the name of the file."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Facts:
    """What parts hold together.

    Attributes
    ----------
    n_cells : int
        Cells and rows, filled or not.
    n_elements : int
        Tags of any sort, opening and closing.
    spread : int
        Cells from A1 to the last one, of the largest sheet.
    open_formulas : bool
        Whether there may be formulas without a result.
    plain : bool
        Whether the fast reader reads all there is: no errors, no merged or hidden cells, no
        formats that change what a number means.
    """

    n_cells: int = 0
    n_elements: int = 0
    spread: int = 0
    open_formulas: bool = False
    plain: bool = True

    def with_part(self, part: Facts) -> Facts:
        """Return the facts with those of one more part."""
        return Facts(
            self.n_cells + part.n_cells,
            self.n_elements + part.n_elements,
            max(self.spread, part.spread),
            self.open_formulas or part.open_formulas,
            self.plain and part.plain,
        )


def part_facts(part: bytes) -> Facts:
    """Return what a part holds; nothing for one that is not XML.

    Raises
    ------
    PartError
        When it is in another encoding than UTF-8, declares entities, or merges too many cells.
    """
    start = part[:200].removeprefix(codecs.BOM_UTF8).lstrip()
    if not start.startswith(b"<") or start.startswith(UTF16):
        if part.startswith(UTF16):
            raise PartError("not_in_encoding", f"holds a part that is not in UTF-8. {SAVE_AGAIN}")
        return Facts()
    _check_prolog(start, part)
    _check_areas(part)
    # Tags such as <cols> count too: too many rather than too few.
    n_cells = sum(part.count(tag) for tag in (b"<c", b":c", b"<row", b":row"))
    if n_cells > MAX_FAST_CELLS:
        why = f"has more than {MAX_FAST_CELLS:,} cells and rows. Save the sheet as CSV (UTF-8)."
        raise PartError("too_large", why)
    n_elements = part.count(b"<")
    if b"sheetData" in part:
        spread, all_named = _spread(part)
        may_be_open = b"<f" in part or b":f" in part
        is_open = may_be_open and OPEN_FORMULA.search(part) is not None
        plain = all_named and not is_open and not any(mark in part for mark in UNTOLD)
        return Facts(n_cells, n_elements, spread, is_open, plain)
    if b"cellXfs" in part and n_elements > MAX_STYLE_ELEMENTS:
        why = (
            "declares more formats than any spreadsheet program allows. Copy the sheet, as values "
        )
        raise PartError("too_large", f"{why}only, into a new workbook.")
    return Facts(n_cells, n_elements, plain=_has_plain_formats(part))


def _check_prolog(start: bytes, part: bytes) -> None:
    declared = ENCODING.match(start)
    if declared is not None and declared[1].lower() not in UTF8:
        raise PartError("not_in_encoding", f"holds a part that is not in UTF-8. {SAVE_AGAIN}")
    if STRICT in part[:2000]:
        why = (
            "is a workbook of the strict kind, which is not read. Open it in a spreadsheet program "
        )
        raise PartError("other_format", f'{why}and save it as "Excel workbook (.xlsx)".')
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise PartError(
            "xml_entities",
            "holds a part that declares a document type or entities, as no spreadsheet program "
            "writes and as attacks do. Do not open it unless you know where it comes from.",
        )


def _check_areas(part: bytes) -> None:
    """Refuse merged cells and links over more cells than are read: a reader makes each of them."""
    if b"mergeCell" not in part and b"hyperlink" not in part:
        return
    refs = AREA.findall(part)
    corners = [CORNERS.fullmatch(ref) for ref in refs]
    if len(refs) != len(AREA_TAG.findall(part)) or None in corners:
        why = f"names merged cells or links in a way that is not read. {SAVE_AGAIN}"
        raise PartError("damaged_file", why)
    if sum(_size(found) for found in corners if found is not None) > MAX_CELLS:
        why = f"merges or links more than {MAX_CELLS:,} cells. Unmerge them."
        raise PartError("too_large", why)


def _size(corners: re.Match[bytes]) -> int:
    left, top, right, bottom = corners.groups()
    if right is None:
        return 1
    return (abs(_number(right) - _number(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _spread(part: bytes) -> tuple[int, bool]:
    """Return the cells from A1 to the last, and whether each row and cell says where it stands."""
    n_cells = last_row = last_column = start = 0
    while start < len(part):
        stop = part.find(b"<row", start + STEP)
        stop = stop if stop > 0 else len(part)
        cells = CELL.findall(part, start, stop)
        n_cells += len(cells)
        last_row = max(last_row, *(int(row) for _, row in cells), 0)
        last_column = max(last_column, *map(_number, {column for column, _ in cells}), 0)
        start = stop
    n_rows = len(ROW.findall(part))
    unnamed = any(tag in part for tag in (b"<c>", b"<c/", b":c ", b":row", b"<row>", b"<row/"))
    named = n_cells == part.count(b"<c ") and n_rows == part.count(b"<row ")
    return last_row * last_column, named and not unnamed


def _has_plain_formats(part: bytes) -> bool:
    """Tell whether no cell has a format that makes its number mean something else."""
    styles = part[max(part.find(b"cellXfs"), 0) : max(part.rfind(b"cellXfs"), 0)]
    used = {int(number) for number in FORMAT_USED.findall(styles)}
    codes = {int(number): code.decode("utf-8") for number, code in FORMAT_CODE.findall(part)}
    own = [codes[number].replace("&quot;", '"') for number in used if number in codes]
    known = not used & (LOCAL_DATES | PERCENT) and used - set(codes) <= set(range(50))
    return known and not any(is_percent(code) or is_without_day(code) for code in own)
