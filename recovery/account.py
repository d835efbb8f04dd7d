"""Sign-in for employees: accounts are made by administrators, never by oneself."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):
    """What django-allauth asks about accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: an employee is entered by an administrator."""
        return False
