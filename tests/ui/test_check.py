"""``ripplewatch check`` against servers that answer and servers that are not there."""

import json
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.db import connect
from ui import cli, runtime

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>[b]News[/b]</title><item><guid>1</guid>
<title>Northline Air loses a guitar</title><link>https://news.example/1</link>
<pubDate>Mon, 06 Jul 2009 12:00:00 GMT</pubDate></item></channel></rss>"""


class News(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(FEED)

    def log_message(self, *_):
        pass


@contextmanager
def news():
    with ThreadingHTTPServer(("127.0.0.1", 0), News) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def check(capsys, tmp_path, monkeypatch):
    """Runs ``check --json`` on a configuration; returns the exit code and what was said of each thing."""
    monkeypatch.chdir(tmp_path)

    def check(text):
        (tmp_path / "ripplewatch.toml").write_text(text)
        code = cli.execute(["check", "--json"])
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return code, {row["what"]: (row["fine"], row["detail"]) for row in rows}

    return check


def configuration(port, *more, **sources):
    """Northline Air, watched on the given sources, all of them at ``port``; the console tells Mina."""
    allowed = f'[http]\npace_seconds = 0\nallowed_private_hosts = ["127.0.0.1:{port}"]\n'
    named = "".join(f"[sources.{name}]\n{text}\n" for name, text in sources.items())
    told = '[[brands]]\ntitle = "Northline Air"\n[[people]]\nname = "Mina"\nchannels = ["console"]\n[notify.console]\n'
    return told + allowed + named + "\n".join(more)


def test_everything_answers(check):
    with news() as port:
        code, said = check(configuration(port, feed=f'urls = ["http://127.0.0.1:{port}/rss"]'))
    assert code == 0
    assert said == {
        "database": (True, "0 posts, 0 reposts, 0 accounts"),
        "feed": (True, "1 posts on the first page for 'Northline Air', the newest of 2009-07-06 12:00 UTC"),
        "console": (True, "needs nothing"),
    }


def test_each_thing_that_fails_is_told_with_its_reason(check, closed_port):
    here = f"http://127.0.0.1:{closed_port}"
    mail = (
        f'[notify.email]\nhost = "127.0.0.1"\nport = {closed_port}\nsecurity = "none"\nsender = "a@northline.example"'
    )
    code, said = check(
        configuration(
            closed_port,
            mail,
            feed=f'urls = ["{here}/rss"]',
            hackernews=f'search_url = "{here}"',
            bluesky=f'appview = "{here}"',
        )
    )
    assert code == 1
    for name in ("feed", "hackernews", "bluesky"):
        fine, detail = said[name]
        assert not fine
        assert f"127.0.0.1:{closed_port}" in detail
        assert "no connection" in detail
    assert said["email"][0] is False
    assert "127.0.0.1" in said["email"][1]
    assert said["database"][0]
    assert said["console"][0]


def test_a_database_that_is_not_there_does_not_hide_the_rest(check, closed_port):
    text = f'database = "postgresql://mina:tidal@127.0.0.1:{closed_port}/watch"\n' + configuration(closed_port)
    code, said = check(text)
    assert code == 1
    assert "does not answer" in said["database"][1]
    assert "tidal" not in said["database"][1]
    assert said["console"][0]


def test_nothing_watched_and_nobody_told_are_failures(check):
    code, said = check("[sources.feed]\n")
    assert code == 1
    assert said["brands"] == (False, "nothing is watched; add [[brands]] to the configuration")
    assert said["feed"] == (False, "not tried: no brand to look for")
    assert said["people"] == (False, "nobody is told anything; add [[people]] to the configuration")


def test_a_private_address_that_is_not_allowed_is_refused(check):
    code, said = check(configuration(1, feed='urls = ["http://127.0.0.1:9/rss"]'))
    assert code == 1
    assert "allowed_private_hosts" in said["feed"][1]


def test_for_people_it_writes_a_line_for_each(capsys, tmp_path, monkeypatch, closed_port):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runtime, "connect", partial(connect, busy_seconds=0.05))
    feed = f'urls = ["http://127.0.0.1:{closed_port}/[bold]rss[bold]"]'
    (tmp_path / "mine.toml").write_text(configuration(closed_port, feed=feed))
    assert cli.execute(["check", "--config", "mine.toml"]) == 1
    head, database, source, console = capsys.readouterr().out.splitlines()
    assert head == "mine.toml: the configuration is valid"
    assert database.split()[:3] == ["✓", "fine", "database"]
    assert source.split()[:3] == ["✗", "failed", "feed"]
    assert console.split()[:3] == ["✓", "fine", "console"]
