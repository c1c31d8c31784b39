import subprocess
import sys

ANSWER = "from data.answering import answer; answer('[' + 'many, ' * 100_000 + ']')"


def test_an_answer_is_printed(capsys):
    from data.answering import answer

    answer("[1, 2]")
    assert capsys.readouterr().out == "[1, 2]\n"


def test_a_reader_that_has_seen_enough_is_no_fault():
    with subprocess.Popen([sys.executable, "-c", ANSWER], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout.read(5) == b"[many"
        child.stdout.close()
        assert child.wait(60) == 0
        assert child.stderr.read() == b""
