"""The way back in for somebody who forgot the password."""

from __future__ import annotations

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from complaints.staff.models import Employee

pytestmark = pytest.mark.django_db


def test_max_sets_a_new_password_by_the_link_in_a_mail_in_his_language(
    max_: Employee, mailoutbox: list[EmailMessage]
) -> None:
    browser = Client(headers={"accept-language": "zh-CN"})
    browser.post(reverse("account_reset_password"), {"email": max_.email})
    (mail,) = mailoutbox
    assert mail.subject == "设置新密码"
    assert max_.email in str(mail.body)
    assert not re.search("Hello|Thank you", str(mail.body))
    link = re.search(r"https?://[^/\s]+(/\S+)", str(mail.body))
    assert link is not None
    form = browser.get(link[1], follow=True)
    assert form.status_code == 200
    assert "设置密码" in form.content.decode()


def test_an_address_of_nobody_gets_no_mail(organisation: object, mailoutbox: list[EmailMessage]) -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": "nobody@demo.example"})
    assert answer.status_code == 302
    assert mailoutbox == []
