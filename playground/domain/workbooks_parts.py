"""What a workbook consists of: its visible sheets, its texts, its date system, its formats."""

import posixpath
from dataclasses import dataclass, field

from playground.domain.archives import Archive
from playground.domain.archives_xml import Attributes, XmlPart
from playground.domain.refusals import FileRefused
from playground.domain.workbooks_values import DateFormat, date_format

MOST_STYLES = 100_000
_PACKAGE = "_rels/.rels"
_SAVE_AS = "Open it in a spreadsheet program, save it as .xlsx, and bring that file."


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet with cells: its name, and the member of the archive that has its rows."""

    name: str
    path: str
    is_visible: bool


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One relationship: the last word of its type, and its target's path, "" for one outside."""

    kind: str
    path: str


@dataclass(kw_only=True)
class Workbook:
    """The parts that reading a sheet needs. `strings` and `styles` are paths, "" for none."""

    sheets: list[Sheet] = field(default_factory=list)
    has_1904_dates: bool = False
    strings: str = ""
    styles: str = ""

    @property
    def visible(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.is_visible]


def read_workbook(archive: Archive) -> Workbook:
    """The workbook in the archive.

    Raises FileRefused("content_mismatch") when it holds something else, LookupError, ValueError
    and ExpatError for a broken one.
    """
    path = _workbook_path(archive)
    relations = _relations(archive, path)
    workbook = Workbook()
    for relation in relations.values():
        if relation.kind == "sharedStrings":
            workbook.strings = relation.path
        elif relation.kind == "styles":
            workbook.styles = relation.path

    def take_sheet(attributes: Attributes) -> None:
        relation = relations[_relation_id(attributes)]
        if relation.kind == "worksheet":
            is_visible = attributes.get("state", "visible") == "visible"
            workbook.sheets.append(
                Sheet(name=attributes["name"], path=relation.path, is_visible=is_visible)
            )

    def take_properties(attributes: Attributes) -> None:
        workbook.has_1904_dates = attributes.get("date1904", "0") in ("1", "true", "on")

    part = XmlPart(starts={"sheet": take_sheet, "workbookPr": take_properties})
    with archive.open(path) as stream:
        part.read_all(stream)
    return workbook


def read_formats(archive: Archive, path: str) -> list[DateFormat | None]:
    """By number of style: how a number is to be read as date or time, None for a plain number."""
    codes: dict[int, str] = {}
    styles: list[DateFormat | None] = []
    is_inside = False

    def take_code(attributes: Attributes) -> None:
        codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        _check_number(len(codes))

    def enter(_attributes: Attributes) -> None:
        nonlocal is_inside
        is_inside = True

    def take_style(attributes: Attributes) -> None:
        if is_inside:
            number = int(attributes.get("numFmtId", "0"))
            styles.append(date_format(number, codes.get(number, "")))
            _check_number(len(styles))

    part = XmlPart(
        starts={"numFmt": take_code, "cellXfs": enter, "xf": take_style},
        ends={"cellXfs": lambda: part.finish()},
    )
    if path:
        with archive.open(path) as stream:
            part.read_all(stream)
    return styles


def _check_number(found: int) -> None:
    if found > MOST_STYLES:
        raise ValueError("more styles than a workbook can have")


def _workbook_path(archive: Archive) -> str:
    if _PACKAGE in archive:
        for relation in _relations(archive, "").values():
            if relation.kind == "officeDocument":
                _check_kind(archive, relation.path)
                return relation.path
    if "xl/workbook.xml" in archive:
        return "xl/workbook.xml"
    raise _other_content(archive)


def _check_kind(archive: Archive, path: str) -> None:
    """Refuses what opens like a workbook and is something else: a document, binary sheets."""
    if not path.lower().startswith("xl/") and "xl" not in archive.folders():
        raise _other_content(archive)
    if path.lower().endswith(".bin"):
        raise FileRefused(
            "content_mismatch",
            "The file is a workbook in binary form (.xlsb).",
            hint=_SAVE_AS,
        )


def _other_content(archive: Archive) -> FileRefused:
    folders = archive.folders()
    if "word" in folders:
        what, hint = "a Word document", "Copy its table into a spreadsheet, and bring that file."
    elif "ppt" in folders:
        what, hint = "a presentation", "Copy its table into a spreadsheet, and bring that file."
    elif "content.xml" in folders:
        what, hint = "an OpenDocument file, such as .ods", _SAVE_AS
    else:
        what, hint = "another kind of archive", "Unpack it, and bring the file with the rows."
    return FileRefused(
        "content_mismatch", f"The file is no Excel workbook: its content is {what}.", hint=hint
    )


def _relations(archive: Archive, source: str) -> dict[str, Relation]:
    """The relationships of a part by id. Nothing outside of the archive is ever followed."""
    folder, name = posixpath.split(source)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, Relation] = {}

    def take(attributes: Attributes) -> None:
        is_outside = attributes.get("TargetMode") == "External"
        target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
        found[attributes["Id"]] = Relation(
            kind=attributes["Type"].rpartition("/")[2],
            path="" if is_outside else target.lstrip("/"),
        )
        if len(found) > MOST_STYLES:
            raise ValueError("more relationships than a workbook can have")

    with archive.open(path) as stream:
        XmlPart(starts={"Relationship": take}).read_all(stream)
    return found


def _relation_id(attributes: Attributes) -> str:
    found = [value for name, value in attributes.items() if name.endswith(":id")]
    return found[0]
