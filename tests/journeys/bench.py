"""What a journey is made with: a reader with a browser, and the post that arrives."""

from __future__ import annotations

import email
import email.policy
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

PHONE: Final = 390
DESK: Final = 1280
PATIENCE: Final = 20.0  # seconds until a mail must have arrived, on a busy machine


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it lies in the mailbox."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    sent_at: datetime

    @property
    def link(self) -> str:
        """The first link in it."""
        found = re.search(r"https?://\S+", self.text)
        assert found, f"“{self.subject}” holds no link."
        return found.group()


@dataclass
class Mailbox:
    """Everybody's post: the folder into which the worker writes."""

    folder: Path
    _read: set[Path] = field(default_factory=set)

    def all(self) -> list[Mail]:
        """Every mail that lies there, in the order in which they left; of the same second, by who gets them."""
        return sorted(map(_opened, self.folder.glob("*.eml")), key=lambda mail: (mail.sent_at, mail.to, mail.subject))

    def next(self, *, to: str, about: str = "") -> Mail:
        """Wait for a mail that was not read yet, to this address, with these words in its subject."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for path in sorted(self.folder.glob("*.eml"), key=lambda p: p.stat().st_mtime_ns):
                mail = _opened(path)
                if path not in self._read and mail.to == to and about in mail.subject:
                    self._read.add(path)
                    return mail
            time.sleep(0.05)
        here = [f"{mail.to}: {mail.subject}" for mail in map(_opened, self.folder.glob("*.eml"))]
        raise AssertionError(f"No mail to {to} about “{about}” came. There are: {here}")


def _opened(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    return Mail(
        to=str(message["To"]),
        subject=str(message["Subject"]).strip(),
        text=plain.get_content() if plain else "",
        html=html.get_content() if html else "",
        language=str(message["Content-Language"]),
        sent_at=parsedate_to_datetime(str(message["Date"])).replace(tzinfo=UTC),
    )


@dataclass
class Readers:
    """Opens pages as different people would, and remembers whatever went wrong on any of them."""

    browser: Browser
    home: str
    trouble: list[str] = field(default_factory=list)

    def page(
        self,
        *,
        width: int = DESK,
        language: str = "en-US",
        dark: bool = False,
        scripts: bool = True,
    ) -> Page:
        """A page in a browser of its own, without cookies, with or without scripts."""
        context = self.browser.new_context(
            base_url=self.home,
            viewport={"width": width, "height": 844 if width == PHONE else 900},
            locale=language,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            has_touch=width == PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.trouble.append(f"{page.url}: {error}"))
        page.on("request", self._stays_here)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        """Remember an error, unless the page itself was refused: that may be just what is tried."""
        page = message.page
        refused = message.text.startswith("Failed to load resource") and page and message.location["url"] == page.url
        if message.type in {"error", "warning"} and not refused:
            self.trouble.append(f"{page.url if page else '?'}: {message.text}")

    def _stays_here(self, request: Request) -> None:
        if request.url.startswith("http") and urlsplit(request.url).netloc != urlsplit(self.home).netloc:
            self.trouble.append(f"asked another machine for {request.url}")


def assert_accessible(page: Page) -> None:
    """Fail with what axe-core finds against WCAG 2.2 AA and its best practices, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    told = [f"{v['id']}: {v['help']} at {[node['target'] for node in v['nodes']]}" for v in found]
    assert not told, f"{page.url}\n" + "\n".join(told)


def assert_fits(page: Page) -> None:
    """Fail when the page, once its style sheets have come, is wider than the screen."""
    page.wait_for_load_state()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide."


def open_place(page: Page, name: str) -> None:
    """Go to a place of the desk, wherever in the head it stands."""
    more = page.locator(".more-places > summary")
    if more.is_visible():
        more.click()
    page.locator(".places").get_by_role("link", name=name).click()
