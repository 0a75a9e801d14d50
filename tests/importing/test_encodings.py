"""Files as spreadsheets and old systems write them: the separator and the encoding are told by the file, and said."""

import codecs
import json

import pytest

from accounts.models import EndUser
from tests.factories import make_tenant
from tests.importing.files import Import

pytestmark = pytest.mark.django_db

TURKISH = "username,name\nayse,Ayşe Yılmaz\nismail,İsmail Çağrı\n"
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
CHINESE = "username,name\nmei,王小美\nli,李雷\nhan,韩梅梅\n"
FRENCH = "username,name\nhelene,Hélène Lefèvre\njurgen,Jürgen Groß\n"


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "users.csv"


def names(tenant):
    return list(EndUser.objects.filter(tenant=tenant).order_by("id").values_list("attributes__name", flat=True))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n", "\n"])
def test_separators_are_told_by_the_header(file, tenant, separator, first):
    quoted = separator.replace("\t", ",")
    rows = [["username", "name", "phone_number"], ["mei", f'"Mei{quoted} ""M"""', ""], ["li", '"L\ni"', ""]]
    rows[2][1] = '"a""b"'
    text = first.format(separator) + "\r\n".join(separator.join(row) for row in rows) + "\r\n"
    file.write_bytes(text.encode())
    ran = Import(file, tenant)

    assert ran.status == 0, (ran.err, ran.rejects)
    assert names(tenant) == [f'Mei{quoted} "M"', 'a"b']
    assert f"CSV ({NAMES[separator]}), UTF-8" in ran.err


def test_a_separator_can_be_given(file, tenant):
    file.write_text("username~name\nmei~Mei\n")
    ran = Import(file, tenant, "--separator", "~")

    assert (ran.status, names(tenant)) == (0, ["Mei"])


def test_a_separator_that_is_given_overrules_the_header(file, tenant):
    file.write_text("username;name,given_name;nickname\nmei;M;e,i\n")
    ran = Import(file, tenant, "--separator", ",")

    assert "CSV (comma)" in ran.err
    assert ran.reasons  # as columns that nobody knows


@pytest.mark.parametrize("separator", ["ab", '"', "ü"])
def test_what_is_no_separator_is_told(file, tenant, separator):
    file.write_text("username,name\nmei,Mei\n")
    ran = Import(file, tenant, "--separator", separator)

    assert ran.err == "--separator is one character, or tab. Nothing has changed."


def test_a_row_of_another_length_says_how_long_it_is(file, tenant):
    file.write_text("username;name\nmei;Mei;more\nli\nan;An;\n")
    ran = Import(file, tenant)

    assert ran.reasons[2] == "has 3 cells, and the header names 2"
    assert ran.reasons[3] == "has 1 cells, and the header names 2"
    assert names(tenant) == ["An"]  # many programs end each row with a separator


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        (TURKISH, "utf-8", "UTF-8."),
        (TURKISH, "utf-8-sig", "UTF-8."),
        (CHINESE, "utf-16", "UTF-16."),
        (CHINESE, "utf-16-le", "UTF-16."),
        (TURKISH, "utf-16-be", "UTF-16."),
        (CHINESE, "gbk", "GB18030 (a guess: it reads 王小美;"),
        (CHINESE, "gb18030", "GB18030 (a guess: it reads 王小美;"),
        (TURKISH, "cp1254", "Windows-1254 (a guess: it reads Ayşe;"),
        (FRENCH, "cp1252", "Windows-1252 (a guess: it reads Hélène;"),
    ],
)
def test_encodings_are_told_by_the_bytes(file, tenant, text, encoding, said):
    file.write_bytes(text.encode(encoding))
    ran = Import(file, tenant)

    assert ran.status == 0, (ran.err, ran.rejects)
    assert said in ran.err
    assert names(tenant) == [line.split(",")[1] for line in text.splitlines()[1:]]


@pytest.mark.parametrize(("text", "encoding"), [("username,name\nivan,Иван Петров\n", "cp1251"), (CHINESE, "big5")])
def test_what_cannot_be_told_is_asked_for(file, tenant, text, encoding):
    text = text.replace("韩", "韓").replace("美", "美")
    file.write_bytes(text.encode(encoding))

    assert "is not UTF-8" in Import(file, tenant).err
    ran = Import(file, tenant, "--encoding", encoding)
    assert ran.status == 0, ran.err
    assert names(tenant) == [line.split(",")[1] for line in text.splitlines()[1:]]


def test_a_name_overrules_a_guess(file, tenant):
    file.write_bytes("username,name\nkrzys,Krzyś Żółć\n".encode("cp1250"))
    Import(file, tenant, "--encoding", "windows-1250")

    assert names(tenant) == ["Krzyś Żółć"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("klingon", "is no encoding that is known here"),
        ("hex", "is no encoding that is known here"),
        ("ascii", "is not ascii"),
    ],
)
def test_an_encoding_that_the_file_is_not_of_stores_nothing(file, tenant, name, sentence):
    file.write_bytes(CHINESE.encode("gbk"))
    ran = Import(file, tenant, "--encoding", name)

    assert sentence in ran.err
    assert not EndUser.objects.exists()


def test_one_broken_row_does_not_make_a_file_something_else(file, tenant):
    file.write_bytes(CHINESE.encode() + b"an,\xff\xfe\n")
    ran = Import(file, tenant)

    assert ran.reasons == {5: "is not UTF-8"}
    assert len(names(tenant)) == 3


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_json_is_read_in_utf16_too(file, tenant, suffix):
    """As PowerShell's `>` writes it."""
    path = file.with_suffix(f".{suffix}")
    text = '{"username": "mei", "name": "王\u2028\u0085美"}\r\n{"username": "li", "name": "李雷"}\r\n'
    text = text.replace("\u2028\u0085", "小")
    path.write_bytes(codecs.BOM_UTF16_LE + text.encode("utf-16-le"))
    ran = Import(path, tenant)

    assert ran.status == 0, ran.err
    assert names(tenant) == ["王小美", "李雷"]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("suffix", ["json", "txt", "jsonl"])
def test_users_are_found_in_the_object_that_wraps_them(file, tenant, indent, suffix):
    path = file.with_suffix(f".{suffix}")
    path.write_text(json.dumps({"users": [{"username": "mei"}, {"username": "li"}], "next": None}, indent=indent))
    ran = Import(path, tenant)

    assert (ran.status, EndUser.objects.count()) == (0, 2)
    assert "Read as ciam: JSON, UTF-8." in ran.err


def test_pretty_printed_objects_are_users_one_after_the_other(file, tenant):
    """As jq prints them."""
    path = file.with_suffix(".json")
    path.write_text('{\n  "username": "mei"\n}\n{\n  "username": "li"\n}\n')

    assert (Import(path, tenant).status, EndUser.objects.count()) == (0, 2)
