"""Batch and return files: one H, then D, one T, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from common.tables import BATCH_LAYOUT, RETURN_LAYOUT, digest_below_first_line, read_piped

HEADER = "H|B1|2026-11-21|2|2|300.00|0|0.00"
DETAIL = "D|1|L1|6228480469000000015|150.00|00||S1|2026-11-21T09:30:00+08:00"
TRAILER = "T|2|300.00"
FILE = "\n".join([HEADER, DETAIL, DETAIL.replace("L1", "L2"), TRAILER, ""])


def reasons(text, layout=RETURN_LAYOUT):
    """Return line and reason of each problem of the file."""
    return [(problem.line, problem.reason) for problem in read_piped(text, layout).problems]


def test_a_return_file_is_split_into_its_records():
    file = read_piped(FILE, RETURN_LAYOUT)
    assert file.is_clean
    assert file.header == ("B1", "2026-11-21", "2", "2", "300.00", "0", "0.00")
    assert [detail[1] for detail in file.details] == ["L1", "L2"]
    assert file.trailer == ("2", "300.00")


def test_carriage_returns_and_a_missing_last_line_feed_do_not_matter():
    assert read_piped(FILE.replace("\n", "\r\n"), RETURN_LAYOUT) == read_piped(FILE, RETURN_LAYOUT)
    assert read_piped(FILE.rstrip(), RETURN_LAYOUT).is_clean


def test_a_truncated_file_lacks_its_trailer():
    assert reasons("\n".join([HEADER, DETAIL])) == [(2, "缺少文件尾T记录，文件可能不完整")]


def test_nothing_may_follow_the_trailer():
    assert reasons(FILE + DETAIL) == [(5, "文件尾T记录之后不应再有内容")]
    assert reasons(FILE + "\n") == [(5, "文件尾T记录之后不应再有内容")]


def test_unknown_letters_and_wrong_field_counts_are_named():
    text = "\n".join([HEADER, "X|1", "D|1|2", "", HEADER, TRAILER])
    assert reasons(text) == [
        (2, "记录类型不明，应为H、D或T"),
        (3, "D记录应有9个字段，实际3个"),
        (4, "空行"),
        (5, "文件头H记录只能是第一行"),
    ]


def test_an_empty_file_lacks_everything():
    assert [reason for _, reason in reasons("")] == [
        "缺少文件头H记录",
        "缺少文件尾T记录，文件可能不完整",
    ]


def test_a_return_file_is_no_batch_file():
    assert not read_piped(FILE, BATCH_LAYOUT).is_clean


def test_the_digest_covers_all_below_the_header():
    assert digest_below_first_line(b"a\nbc") == digest_below_first_line(b"other\nbc")
    assert digest_below_first_line(b"a\nbc") != digest_below_first_line(b"a\nbd")


@given(st.text(alphabet="HDT|\n\r 1张"))
def test_any_text_is_read_without_an_error(text):
    file = read_piped(text, RETURN_LAYOUT)
    assert file.is_clean == (file.problem_count == 0)
