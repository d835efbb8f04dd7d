"""What can be wrong with somebody's file: each error is a sentence for the person who has the file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.common.errors import RecoveryError


class MappingUnusable(RecoveryError):
    """The rules of a column mapping cannot be followed."""

    code = "mapping_unusable"
    status = 400
    sentence_template = _("The column mapping cannot be used: %(why)s")


class FileUnusable(RecoveryError):
    """The file as a whole cannot be read."""

    code = "file_unusable"
    status = 400
    sentence_template = _("The file cannot be read: %(why)s")


class RowUnreadable(RecoveryError):
    """One row cannot be taken; the rest can."""

    code = "row_unreadable"
    status = 400
    sentence_template = _("%(why)s")
