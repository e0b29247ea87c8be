"""Realistic member lists: different headers, delimiters and encodings, and invalid rows."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.cli.member_csv import EmptyRow, InvalidRow, MemberRow, inspect_file, parse_day, read_rows
from scripts.cli.member_csv_header import UnreadableCsvError

REPOSITORY = Path(__file__).parents[3]
HEADER = "number,name,class,joined,address,email,phone,called\n"


def list_rows(path: Path) -> list[MemberRow | InvalidRow | EmptyRow]:
    return list(read_rows(path, inspect_file(path)))


def write_member_list(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "members.csv"
    path.write_bytes(text.encode(encoding))
    return path


def read_error(folder: Path, data: bytes) -> UnreadableCsvError:
    path = folder / "members.csv"
    path.write_bytes(data)
    with pytest.raises(UnreadableCsvError) as error:
        inspect_file(path)
    return error.value


def invalid_reason(row: MemberRow | InvalidRow | EmptyRow) -> str:
    assert isinstance(row, InvalidRow)
    return row.why


def test_a_complete_row_is_read_unchanged(tmp_path: Path) -> None:
    path = write_member_list(tmp_path, HEADER + '7,Zoë Kettle,worker,31/03/2024,"1 Elm Row, Exampleton",zoe@example.org,01632 960007,Zo\n')
    assert list_rows(path) == [
        MemberRow(2, "7", "Zoë Kettle", "worker", "2024-03-31", "1 Elm Row, Exampleton", "zoe@example.org", "01632 960007", "Zo")
    ]


def test_columns_may_stand_in_any_order_and_case_and_be_parted_by_semicolons(tmp_path: Path) -> None:
    path = write_member_list(tmp_path, "CLASS ; Name\r\nworker; Ada Lantern \r\n")
    assert list_rows(path) == [MemberRow(2, "", "Ada Lantern", "worker")]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert list_rows(write_member_list(tmp_path, "name,class\nAda Lantern,worker\n", "utf-8-sig")) == [
        MemberRow(2, "", "Ada Lantern", "worker")
    ]


def test_an_address_of_two_lines_is_one_row(tmp_path: Path) -> None:
    path = write_member_list(tmp_path, 'name,class,address\nAda Lantern,worker,"1 Elm Row\nExampleton"\nHal Mitten,worker,\n')
    first, second = list_rows(path)
    assert isinstance(first, MemberRow) and first.address == "1 Elm Row\nExampleton"
    assert isinstance(second, MemberRow) and second.row == 3


@pytest.mark.parametrize(
    ("text", "meant"), [("E-Mail", "email"), ("Full name", "name"), ("adress", "address"), ("Tel", "phone"), ("member_number", "number")]
)
def test_an_unknown_column_is_named_with_what_was_probably_meant(tmp_path: Path, text: str, meant: str) -> None:
    error = read_error(tmp_path, f"name,class,{text}\nAda Lantern,worker,x\n".encode())
    assert f'There is no column "{text}". Did you mean "{meant}"?' in error.why


def test_a_header_without_name_or_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    assert 'The column "name" is missing.' in read_error(tmp_path, b"number,class\n1,worker\n").why
    assert 'The column "class" is there twice.' in read_error(tmp_path, b"name,class,Class\nA,worker,worker\n").why


def test_a_header_alone_an_empty_file_and_tabs_are_refused(tmp_path: Path) -> None:
    assert read_error(tmp_path, b"name,class\n").why == "It holds no member."
    assert read_error(tmp_path, b"").why == "It is empty."
    assert "tabs" in read_error(tmp_path, b"name\tclass\nAda\tworker\n").why


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_unicode_forms_are_recognised_and_refused(tmp_path: Path, encoding: str) -> None:
    error = read_error(tmp_path, "name,class\nAda Lantern,worker\n".encode(encoding))
    assert error.why == f"It looks like {encoding[:6].upper()} and not UTF-8."
    assert "CSV UTF-8" in error.fix


def test_windows_1252_is_recognised_by_the_line_and_letter_that_give_it_away(tmp_path: Path) -> None:
    error = read_error(tmp_path, "name,class\nAda Lantern,worker\nZoë Kettle,worker\n".encode("cp1252"))
    assert error.why == 'It looks like Windows-1252 and not UTF-8: line 3 has the byte EB, where "ë" would stand in it.'


def test_a_wrong_byte_far_into_a_long_file_is_found_before_anything_is_taken(tmp_path: Path) -> None:
    rows = "".join(f"Member {number},worker\n" for number in range(20_000))
    assert "line 20002" in read_error(tmp_path, f"name,class\n{rows}Zoë,worker\n".encode("cp1252")).why


def test_a_character_split_between_two_reads_is_not_an_error(tmp_path: Path) -> None:
    path = write_member_list(tmp_path, "name,class\n" + "é" * 30_000 + ",worker\nx" + "é" * 30_000 + ",worker\n")
    assert len(list_rows(path)) == 2


def test_a_workbook_is_refused_as_one(tmp_path: Path) -> None:
    assert read_error(tmp_path, b"PK\x03\x04" + bytes(100)).why == "It is a spreadsheet and not a CSV file."


def test_a_quote_that_never_ends_refuses_the_file_with_its_line(tmp_path: Path) -> None:
    assert "begins at line 3" in read_error(tmp_path, b'name,class\nAda Lantern,worker\n"Hal Mitten,worker\nKit Thimble,worker\n').why


def test_an_endless_line_is_refused_and_not_read_into_memory(tmp_path: Path) -> None:
    assert "100000 characters" in read_error(tmp_path, b"name,class\n" + b"a" * 300_000).why


def test_a_day_that_is_not_in_the_calendar_refuses_its_row_alone(tmp_path: Path) -> None:
    bad, good = list_rows(write_member_list(tmp_path, "name,class,joined\nAda Lantern,worker,31/02/2024\nHal Mitten,worker,2024-02-29\n"))
    assert 'joined: "31/02/2024" is no day' in invalid_reason(bad)
    assert isinstance(good, MemberRow) and good.joined == "2024-02-29"


@pytest.mark.parametrize("text", ["2024-13-01", "20240301", "1.3.2024", "03/2024", "31/04/2024", "2024-W01-1", "yesterday"])
def test_an_invalid_day_is_not_parsed(text: str) -> None:
    assert parse_day(text) is None


def test_too_few_and_too_many_cells_refuse_their_row_alone(tmp_path: Path) -> None:
    short, long, good = list_rows(write_member_list(tmp_path, "name,class\nAda\nHal Mitten,worker,extra\nKit Thimble,worker,\n"))
    assert "it has 1 cells and the header has 2" in invalid_reason(short)
    assert "it has 3 cells" in invalid_reason(long)
    assert isinstance(good, MemberRow)


def test_empty_rows_are_reported_and_not_dropped(tmp_path: Path) -> None:
    assert list_rows(write_member_list(tmp_path, "name,class\n\n,\nAda Lantern,worker\n"))[:2] == [EmptyRow(2), EmptyRow(3)]


def test_a_number_given_twice_is_named_with_both_rows(tmp_path: Path) -> None:
    rows = list_rows(write_member_list(tmp_path, "number,name,class\n7,Ada Lantern,worker\n8,Hal Mitten,worker\n007,Kit Thimble,worker\n"))
    assert rows[2] == InvalidRow(4, "Kit Thimble", invalid_reason(rows[2]))
    assert invalid_reason(rows[2]).startswith("number 007 stands in row 2 too.")


def test_the_same_person_twice_is_named_with_both_rows(tmp_path: Path) -> None:
    same = "Ada Lantern,worker,ada@example.org\nADA  LANTERN,worker,Ada@Example.org\n"
    rows = list_rows(write_member_list(tmp_path, f"name,class,email\n{same}Ada Lantern,worker,another@example.org\n"))
    assert invalid_reason(rows[1]).startswith("it is the same person as row 2.")
    assert isinstance(rows[2], MemberRow)


@pytest.mark.parametrize("phone", ["1632960001.0", "1.63296E+09", "1632960001.00"])
def test_a_phone_number_that_a_spreadsheet_calculated_with_is_refused(phone: str, tmp_path: Path) -> None:
    [row] = list_rows(write_member_list(tmp_path, f"name,class,phone\nAda Lantern,worker,{phone}\n"))
    assert isinstance(row, InvalidRow)
    assert "kept as a number by a spreadsheet" in row.why


@pytest.mark.parametrize("day", ["0202-03-31", "31/03/0202", "2999-01-01"])
def test_a_year_that_cannot_be_is_refused(day: str, tmp_path: Path) -> None:
    [row] = list_rows(write_member_list(tmp_path, f"name,class,joined\nAda Lantern,worker,{day}\n"))
    assert isinstance(row, InvalidRow)
    assert "cannot be" in row.why


def test_one_day_with_the_month_first_puts_the_whole_column_in_doubt(tmp_path: Path) -> None:
    days = ["03/04/2024", "2024-04-03", "03/25/2024", "", "25/03/2024"]
    text = "name,class,joined\n" + "".join(f"Member {number},worker,{day}\n" for number, day in enumerate(days))
    rows = list_rows(write_member_list(tmp_path, text))
    assert [isinstance(row, MemberRow) for row in rows] == [False, True, False, True, False]
    assert next(row.why for row in rows if isinstance(row, InvalidRow)).startswith('joined: "03/04/2024" is in doubt: row 4 has')


def test_a_second_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = write_member_list(tmp_path, "name,class\nAda Lantern,worker\n")
    path.write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf" + path.read_bytes())
    assert [row.name for row in list_rows(path) if isinstance(row, MemberRow)] == ["Ada Lantern"]


def test_people_who_share_an_address_are_not_the_same(tmp_path: Path) -> None:
    text = "name,class,email\nAda Lantern,worker,both@example.org\nHal Mitten,worker,both@example.org\n"
    assert all(isinstance(row, MemberRow) for row in list_rows(write_member_list(tmp_path, text)))


def test_a_hundred_thousand_rows_are_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(1, 100_001):
            file.write(f'{number},Member {number},worker,2024-03-31,"{number} Elm Row, Exampleton",m{number}@example.org,,\n')
    # VmHWM and not ru_maxrss, which is inherited from the process that started this one.
    code = (
        "import re, sys; from pathlib import Path; from scripts.cli.member_csv import *;"
        "path = Path(sys.argv[1]); layout = inspect_file(path);"
        "good = sum(isinstance(row, MemberRow) for row in read_rows(path, layout));"
        "most = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1];"
        "print(layout.rows, good, most)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, cwd=REPOSITORY, timeout=60)
    rows, good, kilobytes = map(int, done.stdout.split())
    assert (rows, good) == (100_000, 100_000)
    assert kilobytes < 100_000
