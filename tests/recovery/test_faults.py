"""Whatever dies at whatever moment: no complaint that was confirmed is lost, no message is lost, none is sent twice."""

import http.client
import http.cookiejar
import re
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest

from recovery import embedded
from tests.recovery.processes import eventually, kill_all, living, with_data
from tests.recovery.product import Product, pids_of

pytestmark = pytest.mark.xdist_group("supervisor")
COMPLAINTS = 60
AFFORDABLE = 8
PATIENCE = 240  # seconds: a sender that died on the way is followed by another after two minutes


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A product that is up, with the demonstration organisation in it."""
    product = Product(tmp_path / "var")
    product.start()
    assert eventually(product.ready)
    yield product
    for process in product.started:
        process.terminate()
        process.communicate(timeout=30)
    assert eventually(lambda: not with_data(product.data)), "nobody is left behind"


def file_one(product: Product, number: int) -> str:
    """File a complaint as a patient customer does: the same form again until a tracking link comes back."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = f"http://127.0.0.1:{product.port}/complain/"
    until = time.monotonic() + 60
    form: dict[str, str] = {}
    while time.monotonic() < until:
        try:
            if not form:
                with browser.open(page, timeout=10) as answer:
                    form = hidden_in(answer.read().decode())
            told = {"name": f"Customer {number}", "email": f"c{number}@demo.example", "wanted": ""}
            words = urllib.parse.urlencode({**form, **told, "what_happened": f"It failed, number {number}."})
            request = urllib.request.Request(page, words.encode(), {"Referer": page})
            with browser.open(request, timeout=10) as answer:
                link = re.search(r"/track/[\w-]{16,}/", answer.read().decode())
                assert link, answer.url
                return link.group()
        except (OSError, http.client.HTTPException):  # an answer that was cut off is none
            time.sleep(0.3)
    raise AssertionError("the web server did not come back")


def test_nothing_is_lost_and_nothing_is_sent_twice_when_parts_are_killed(product: Product) -> None:
    def killed_meanwhile() -> None:
        for part in ("worker", "redis", "web", "worker", "beat", "redis", "worker"):
            time.sleep(0.7)
            victims = {living(product.data).get("redis", 0)} - {0} if part == "redis" else _pids(product.data, part)
            kill_all(victims)

    with ThreadPoolExecutor(5) as people:
        trouble = people.submit(killed_meanwhile)
        links = list(people.map(lambda number: file_one(product, number), range(COMPLAINTS)))
        trouble.result()

    here = embedded.place(product.data)
    with psycopg2.connect(host=str(here.sockets), dbname=embedded.DATABASE, user=embedded.DATABASE) as database:
        ask = database.cursor()
        ask.execute("SELECT count(*) FROM complaints_case WHERE what_happened LIKE 'It failed, number%'")
        assert ask.fetchone() == (COMPLAINTS,), "each form is one complaint, however often it had to be sent"
        assert len(set(links)) == COMPLAINTS
        database.commit()
        waiting = "SELECT count(*) FROM complaints_message WHERE state NOT IN ('sent', 'withheld')"
        until = time.monotonic() + PATIENCE
        while _one(database, waiting) and time.monotonic() < until:
            time.sleep(0.5)
        assert _one(database, waiting) == 0
        sent = _one(database, "SELECT count(*) FROM complaints_message WHERE state = 'sent'")

    mails = [message_from_bytes(place.read_bytes(), policy=policy.default) for place in product.data.glob("mail/*.eml")]
    assert len(mails) == sent, "every message that is marked as sent is a mail, and no mail came twice"
    received = Counter(str(mail["To"]) for mail in mails if re.match(r"c\d+@", str(mail["To"])))
    assert received == {f"c{number}@demo.example": 1 for number in range(COMPLAINTS)}


def test_money_stays_exact_when_the_web_server_is_killed_in_between(product: Product) -> None:
    here = embedded.place(product.data)
    with psycopg2.connect(host=str(here.sockets), dbname=embedded.DATABASE, user=embedded.DATABASE) as database:
        cap = _one(database, "SELECT per_failure::int FROM complaints_authority WHERE tier = 'front_line'")
        ask = database.cursor()
        ask.execute(
            "SELECT c.reference FROM complaints_case c JOIN complaints_employee e ON e.id = c.responsible_id"
            " WHERE e.email = 'fern@demo.example' AND c.status = 'open'"
            " AND NOT EXISTS (SELECT FROM complaints_remedy WHERE case_id = c.id)"
        )
        (reference,) = ask.fetchone() or ("",)
        database.commit()
        page = f"http://127.0.0.1:{product.port}/desk/complaints/{reference}/"
        cookies = signed_in(product, "fern@demo.example")
        each = cap // AFFORDABLE

        def killed_meanwhile() -> None:
            for _ in range(4):
                time.sleep(0.8)
                kill_all(_pids(product.data, "web"))

        with ThreadPoolExecutor(6) as people:
            trouble = people.submit(killed_meanwhile)
            list(people.map(lambda _number: give_one(page, cookies, each), range(2 * AFFORDABLE)))
            trouble.result()

        gestures = "SELECT count(*) FROM complaints_remedy r JOIN complaints_case c ON c.id = r.case_id WHERE"
        assert _one(database, f"{gestures} c.reference = '{reference}'") == 2 * AFFORDABLE, "each form is one gesture"
        spent = (
            "FROM complaints_ledgerentry l JOIN complaints_employee e ON e.id = l.holder_id"
            f" JOIN complaints_case c ON c.id = l.case_id WHERE e.email = 'fern@demo.example' AND l.kind = 'spend'"
            f" AND c.reference = '{reference}'"
        )
        assert _one(database, f"SELECT count(*) {spent}") == AFFORDABLE, "exactly what the cap affords was hers to give"
        assert _one(database, f"SELECT sum(l.amount)::int {spent}") == AFFORDABLE * each


def signed_in(product: Product, email: str) -> http.cookiejar.CookieJar:
    """The cookies of somebody of the demonstration."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = f"http://127.0.0.1:{product.port}/account/login/"
    with browser.open(page, timeout=10) as answer:
        form = hidden_in(answer.read().decode())
    words = urllib.parse.urlencode({**form, "login": email, "password": "demo"})
    with browser.open(urllib.request.Request(page, words.encode(), {"Referer": page}), timeout=10) as answer:
        assert "/desk/" in answer.url
    return jar


def give_one(page: str, cookies: http.cookiejar.CookieJar, amount: int) -> None:
    """Offer a gift: the same form again until the server says what became of it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    form = {
        "submission": str(uuid4()),
        "kind": "gift",
        "amount": str(amount),
        "currency": "USD",
        "words": "We are sorry.",
    }
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            with browser.open(page, timeout=10) as answer:
                fresh = hidden_in(answer.read().decode())
            words = urllib.parse.urlencode({**fresh, **form})
            request = urllib.request.Request(f"{page}propose_remedy/", words.encode(), {"Referer": page})
            with browser.open(request, timeout=10):
                return
        except (OSError, http.client.HTTPException):  # away, cut off, or somebody was faster
            time.sleep(0.2)
    raise AssertionError("the web server did not come back")


def hidden_in(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    named = [(re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)) for one in hidden]
    return {name[1]: value[1] for name, value in named if name and value}


def _pids(data: Path, part: str) -> set[int]:
    return pids_of(data, {"web": "recovery.wsgi"}.get(part, part))


def _one(database: "psycopg2.extensions.connection", question: str) -> int:
    with database.cursor() as ask:
        ask.execute(question)
        (number,) = ask.fetchone() or (0,)
    database.commit()
    return int(number)
