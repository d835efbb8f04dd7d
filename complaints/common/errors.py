"""One family of errors: a code for programs, a sentence for people, the facts, and the HTTP status."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RecoveryError(Exception):
    """Base of every error that a noun or a verb raises on purpose; doors show `sentence`."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 409
    sentence_template: ClassVar[str | Promise] = _("This cannot be done.")

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.code, facts)

    @property
    def sentence(self) -> str:
        """The sentence for people, in the language that is active now."""
        return str(self.sentence_template) % self.facts

    def __str__(self) -> str:
        return self.sentence


class NotFound(RecoveryError):
    """What does not exist and what one may not see look the same from outside."""

    code = "not_found"
    status = 404
    sentence_template = _("There is nothing here that you can see.")


class NotPermitted(RecoveryError):
    """The employee sees the case but may not do this."""

    code = "not_permitted"
    status = 403
    sentence_template = _("You see this complaint, but this step is not yours to take.")


class PageNotPermitted(NotPermitted):
    """The page is for other roles."""

    sentence_template = _("This page is for managers and those above them.")


class FilingNotYours(NotPermitted):
    """Whoever only reads or keeps the rules files nothing."""

    sentence_template = _("Complaints are filed by those who also handle them: front line, managers and VPs.")


class MoveNotAllowed(RecoveryError):
    """The step is not legal in the status that the complaint has now."""

    code = "move_not_allowed"
    sentence_template = _("Complaint %(case)s has moved on: this step is not possible now.")


class TopOfLadder(RecoveryError):
    """Nobody stands higher, inside or outside; said to the customer."""

    code = "top_of_ladder"
    sentence_template = _("Your complaint is as high as it can go with us already.")


class ChangedMeanwhile(RecoveryError):
    """Somebody else changed the case after the page was drawn."""

    code = "changed_meanwhile"
    sentence_template = _(
        "Complaint %(case)s was changed while you were writing. Look at what is new, then send again."
    )


class CustomerNotYours(NotPermitted):
    """The employee finds the customer but may not change what is on file."""

    sentence_template = _("You find this customer, but what is on file for them is not yours to change.")


class StewardshipNotYours(NotPermitted):
    """Files of customers are merged by those who keep them, where they see every complaint of both."""

    sentence_template = _("Files of customers are merged by analysts and administrators who see all their complaints.")


class MergeMovedOn(RecoveryError):
    """Somebody else merged or parted these files after the page was drawn."""

    code = "merge_moved_on"
    sentence_template = _("These files have moved on: somebody merged one of them already. Please look again.")


class LaterMergeFirst(RecoveryError):
    """Merges are undone in the opposite order, so that each finds what it left."""

    code = "later_merge_first"
    sentence_template = _("Another merge came after this one. Please undo that one first.")


class CustomerChangedMeanwhile(ChangedMeanwhile):
    """Somebody else changed what is on file for a customer after the page was drawn."""

    sentence_template = _(
        "What is on file for this customer was changed while you were writing. Look at what is new, then send again."
    )


class AddressOnFile(RecoveryError):
    """A link is handed out on paper only where it cannot be sent."""

    code = "address_on_file"
    sentence_template = _("An e-mail address is on file meanwhile: the link goes there, not on paper.")


class SettingsNotYours(NotPermitted):
    """Settings are kept by administrators."""

    sentence_template = _("Settings are kept by administrators.")


class TextsNotYours(NotPermitted):
    """The texts of messages are kept by administrators and quality analysts."""

    sentence_template = _("The texts of messages are kept by administrators and quality analysts.")


class PlaybooksNotYours(NotPermitted):
    """Playbooks are written by analysts, and by administrators."""

    sentence_template = _("Playbooks are written by quality analysts.")


class CatalogueNotYours(NotPermitted):
    """The failure catalogue is kept by analysts, and by administrators."""

    sentence_template = _("The failure catalogue is kept by administrators and quality analysts.")


class AbsenceNotYours(NotPermitted):
    """Everybody keeps their own absences, leaders those of their units."""

    sentence_template = _("You keep your own absences, and with a leading role those of your units.")


class SettingChangedMeanwhile(ChangedMeanwhile):
    """Somebody else changed a setting after the page was drawn."""

    sentence_template = _("This was changed while you were writing. Look at what is new, then send again.")


class MailNotYours(NotPermitted):
    """Mails are taken by those who also handle complaints."""

    sentence_template = _("Mails are taken by those who also handle complaints: front line, managers and VPs.")


class MailDealtWith(RecoveryError):
    """The mail is part of a complaint already, or was not looked at yet."""

    code = "mail_dealt_with"
    sentence_template = _("This mail is not waiting to be taken: somebody has dealt with it meanwhile.")


class Invalid(RecoveryError):
    """A fact that cannot be taken as it is; `field` names it for the form."""

    code = "invalid"
    status = 400
    sentence_template = _("%(sentence)s")

    @property
    def field(self) -> str:
        """The form field the sentence belongs beside."""
        return str(self.facts.get("field", ""))


class BeyondAuthority(RecoveryError):
    """More than is left of the authority it would be taken from."""

    code = "beyond_authority"
    sentence_template = _("This is more than is left of the authority.")


class OwnProposal(NotPermitted):
    """Nobody approves what they proposed themselves."""

    code = "own_proposal"
    sentence_template = _("This is your own proposal: somebody else has to decide on it.")


class OwnAuthority(NotPermitted):
    """Nobody gives their own authority back to themselves."""

    code = "own_authority"
    sentence_template = _("This was decided with your own authority: somebody else has to reverse it.")


class RateMissing(RecoveryError):
    """Two currencies meet and nobody wrote down what one is worth in the other."""

    code = "rate_missing"
    sentence_template = _("No exchange rate from %(source)s to %(target)s is on file.")


class RemedyMovedOn(RecoveryError):
    """The step is not legal in the state that the remedy has now."""

    code = "remedy_moved_on"
    sentence_template = _("This remedy has moved on: the step is not possible now.")


class VouchersNotYours(NotPermitted):
    """The employee serves no customers."""

    sentence_template = _("Vouchers are redeemed by those who serve customers.")


class VoucherNotGood(RecoveryError):
    """The voucher was redeemed, has expired or is void."""

    code = "voucher_not_good"
    sentence_template = _("This voucher cannot be redeemed: %(why)s")


class CausesNotYours(NotPermitted):
    """Causes are looked into by analysts, departments and those who lead."""

    sentence_template = _("Causes are for quality analysts, for the departments they ask, and for those who lead.")


class CauseMovedOn(RecoveryError):
    """The step is not legal in the state that an investigation, a hearing or an action has now."""

    code = "cause_moved_on"
    sentence_template = _("This has moved on: the step is not possible now.")


class AppealTooLate(RecoveryError):
    """The days in which a finding could be appealed are over."""

    code = "appeal_too_late"
    sentence_template = _("The time to appeal was over at %(until)s.")


class NotHeardYet(RecoveryError):
    """Nobody is judged who was not heard, unless they let the time for it pass."""

    code = "not_heard_yet"
    sentence_template = _("Nothing can be found yet: %(name)s has not answered and has until %(until)s to do so.")
