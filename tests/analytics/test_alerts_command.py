import json
import random
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import polars as pl
import pytest

from analytics.__main__ import main
from analytics.alerts.sending import append, checked_url, place_of, send
from data.alerts import DEFAULTS, delivered, rules
from data.errors import InputError

FIRST = date(2024, 1, 1)
BURST = date(2024, 4, 15)


@pytest.fixture
def store(make_store, event, monkeypatch):
    """Sixteen weeks, in the last of which games burst, as the store of the command line."""
    draw = random.Random(4)
    log = [
        event(FIRST + timedelta(days=day), draw.randrange(20), kind, kind, country="FR" if number else "UK")
        for day in range(112)
        for kind, size in (("toys", 6), ("books", 3), ("games", 12 if day >= 105 else 1))
        for number in range(size)
    ]
    made = make_store(log)
    monkeypatch.setenv("TIDELINE_VAR", str(made.settings.var))
    return made


@pytest.fixture
def server():
    """A web address that takes what it is sent, or answers as it is told to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.taken.append((self.headers["Content-Type"], json.loads(body)))
            self.send_response(self.server.code)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    http.taken, http.code, http.url = [], 204, f"http://127.0.0.1:{http.server_port}/hook"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield http
    http.shutdown()
    thread.join()
    http.server_close()


def said(capsys, *arguments):
    assert main(["alerts", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def refused(capsys, *arguments):
    assert main(["alerts", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_what_fired_is_printed_once(store, capsys):
    found = said(capsys)
    assert list(found) == ["data_version", "alerts", "problems"]
    assert (found["data_version"], found["problems"]) == (1, [])
    (alert,) = found["alerts"]
    assert list(alert) == ["rule", "kind", "id", "name", "at", "reported", "what", "by"]
    assert (alert["rule"], alert["kind"], alert["id"], alert["at"]) == ("2", "emerging", "games", "2024-04-15")
    assert said(capsys)["alerts"] == []
    assert main(["alerts"]) == 0
    assert capsys.readouterr().err == "No alert: none of 2 rules has anything new to say.\n"


def test_people_read_what_fired_and_why(store, capsys):
    assert main(["alerts"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("1 alert since the last delivery. 'games' had 84 events in the week of 15 Apr 2024, where ")
    assert "| 2    | emerging | games |" in out


def test_a_file_grows_by_a_line_for_each_alert_and_is_told_once(store, capsys, tmp_path):
    file = tmp_path / "alerts.jsonl"
    file.write_text('{"kept": true}\n')
    assert len(said(capsys, "--file", str(file))["alerts"]) == 1
    assert said(capsys, "--file", str(file))["alerts"] == []
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0] == {"kept": True}
    assert [line["id"] for line in lines[1:]] == ["games"]
    assert len(said(capsys)["alerts"]) == 1, "another place is told on its own"


def test_a_webhook_is_sent_what_is_new_and_nothing_when_nothing_is(store, capsys, server):
    assert len(said(capsys, "--webhook", server.url)["alerts"]) == 1
    assert said(capsys, "--webhook", server.url)["alerts"] == []
    ((kind, body),) = server.taken
    assert kind == "application/json; charset=utf-8"
    assert body["data_version"] == 1
    assert [alert["id"] for alert in body["alerts"]] == ["games"]


@pytest.mark.parametrize(("code", "reason"), [(500, "500 Internal Server Error"), (302, "302 Found")])
def test_a_webhook_that_does_not_take_it_leaves_all_as_it_was(store, capsys, server, tmp_path, code, reason):
    server.code = code
    file = tmp_path / "alerts.jsonl"
    assert refused(capsys, "--webhook", server.url, "--file", str(file)) == (
        f"The webhook at 127.0.0.1 answered {reason}. Nothing counts as delivered; the same alerts go out with the "
        "next run.\n"
    )
    assert file.read_text() == ""
    assert delivered(store.settings, place_of(None, server.url)) == []
    server.code = 200
    assert len(said(capsys, "--webhook", server.url, "--file", str(file))["alerts"]) == 1
    assert len(file.read_text().splitlines()) == 1


def test_places_that_cannot_be_reached_are_said_so(store, capsys, tmp_path):
    assert refused(capsys, "--webhook", "http://127.0.0.1:1/x").startswith(
        "The webhook at 127.0.0.1 could not be reached ("
    )
    assert refused(capsys, "--webhook", "file:///etc/passwd") == (
        "The webhook 'file:///etc/passwd' is no web address. It has to begin with http:// or https://.\n"
    )
    missing = tmp_path / "no" / "alerts.jsonl"
    assert f"The file {missing} cannot be written (No such file or directory)." in refused(
        capsys, "--file", str(missing)
    )
    for url in ("ftp://x/y", "http://", "http://[", "nothing"):
        with pytest.raises(InputError, match=r"is no web address"):
            checked_url(url)


def test_a_slow_webhook_is_given_up(server):
    class Slow(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.wait.wait(2)

        def log_message(self, *_):
            pass

    server.RequestHandlerClass, server.wait = Slow, threading.Event()
    with pytest.raises(InputError, match=r"could not be reached \((timed out|The read operation timed out)\)"):
        send(server.url, [], data_version=1, timeout_s=0.05)
    server.wait.set()


def test_addresses_are_remembered_without_what_is_secret_in_them(tmp_path):
    place = place_of(None, "https://hooks.example/secret")
    assert "secret" not in place
    assert place != place_of(None, "https://hooks.example/other")
    assert place_of(tmp_path / "a", None) == f"file {tmp_path / 'a'}"
    append(tmp_path / "a", [{"what": "é"}])
    assert (tmp_path / "a").read_text() == '{"what": "é"}\n'


def test_rules_are_added_listed_and_deleted(store, capsys):
    listed = said(capsys, "--list")["rules"]
    assert [(rule["id"], rule["kind"], rule["a_year"]) for rule in listed] == [
        ("1", "change", 0.23), ("2", "emerging", 0.47)
    ]  # fmt: skip
    looked = said(capsys, "--add", "threshold", "--above", "0.5", "--interest", "games", "--replay")
    assert (looked["added"], looked["times"], looked["false_alarms_a_year"]) == (None, 1, None)
    assert looked["judged"] == {"periods": 16, "first": "2024-01-01", "last": "2024-04-15"}
    assert looked["fired"][0]["at"] == "2024-04-15"
    assert rules(store.settings) == DEFAULTS
    added = said(capsys, "--add", "threshold", "--above", "0.5", "--interest", "games")
    assert (added["added"], added["rule"]) == ("3", "The share of 'games' in a week is above 50 %")
    assert "as rule 3." in refused(capsys, "--add", "threshold", "--above", "0.5", "--interest", "games")
    assert "as rule 1." in refused(capsys, "--add", "change", "--by", "category")
    assert {alert["rule"] for alert in said(capsys)["alerts"]} == {"2", "3"}
    for rule in ("1", "2", "3"):
        assert said(capsys, "--delete", rule) == {"deleted": rule}
    assert "There is no rule '3'. Rules known: none." in refused(capsys, "--delete", "3")
    assert main(["alerts"]) == 0
    assert capsys.readouterr().err == "No alert: there is no rule. Add one with --add.\n"


def test_a_replay_of_all_rules_delivers_nothing(store, capsys, tmp_path):
    found = said(capsys, "--replay", "--out", str(tmp_path / "t.csv"))
    first, second = found["replays"]
    assert first["judged"] == {"periods": 0, "first": None, "last": None}
    assert (second["times"], second["interval"]) == (1, [0.41, 0.53])
    assert pl.read_csv(tmp_path / "t.csv")["id"].to_list() == ["games"]
    assert len(said(capsys)["alerts"]) == 1


def test_a_limit_without_a_threshold_is_refused(store, capsys):
    assert refused(capsys, "--add", "mix", "--above", "3") == (
        "A rule of kind mix has no limit of its own. Leave --above and --below out.\n"
    )
    assert refused(capsys, "--add", "threshold").startswith("A threshold needs a number")
