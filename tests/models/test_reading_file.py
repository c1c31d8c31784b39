"""Files of interactions: names of columns, time stamps, ties, and what each error says."""

import pytest

from data.errors import InputError
from models.reading_file import read_file


def written(tmp_path, text):
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_people_and_items_are_numbered_by_their_ids(tmp_path):
    found = read_file(written(tmp_path, "user,item,timestamp\nb,y,5\na,z,9\nb,x,3\n"))
    assert list(found.user_ids) == ["a", "b"]
    assert list(found.catalogue.item_ids) == ["x", "y", "z"]
    assert found.user.tolist() == [0, 1, 1]
    assert found.item.tolist() == [2, 0, 1]
    assert found.time.tolist() == [9, 3, 5]
    assert found.catalogue.interests == 1


def test_typed_headers_of_recbole_with_tabs_and_a_rating(tmp_path):
    text = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n"
    found = read_file(written(tmp_path, text))
    assert list(found.user_ids) == ["196"]
    assert found.time.tolist() == [881250949]


@pytest.mark.parametrize("stamp", ["1700000000", "1700000000000", "2023-11-14T22:13:20", "2023-11-14 22:13:20"])
def test_seconds_milliseconds_and_dates(tmp_path, stamp):
    found = read_file(written(tmp_path, f"\ufeffUser_ID,Item_ID,event_time\n1,2,{stamp}\n"))
    assert found.time.tolist() == [1_700_000_000]


def test_equal_time_stamps_are_one_step_or_by_wish_in_the_order_of_the_file(tmp_path):
    path = written(tmp_path, "user,item,time\n1,b,5\n1,a,5\n1,c,7\n")
    assert read_file(path).step.tolist() == [0, 0, 1]
    ordered = read_file(path, every_row_a_step=True)
    assert ordered.step.tolist() == [0, 1, 2]
    assert ordered.item.tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "who,item,time\n1,2,3\n",
            r"no column 'user'; its first line is 'who, item, time'\. Name the column one of: u",
        ),
        ("user,item,time\n", "has a header and no rows"),
        ("user,item,time\n1,2,3\n1,,4\n", r"no item in 1 of 2 rows \(first: row 3\)\. Fill the column 'item'"),
        ("user,item,time\n1,2,3\n1,2,soon\n", r"could not be read in 1 of 2 rows \(first: 'soon', row 3\)\. Write sec"),
        ("", r"could not be read as a table \(.*\)\. Save it as CSV"),
    ],
)
def test_errors_say_where_and_what_to_do(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_file(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*none\.csv\. Name a CSV"):
        read_file(tmp_path / "none.csv")


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b"\xff\xfe\x00user")
    with pytest.raises(InputError, match="could not be read as a table"):
        read_file(path)
