"""Every kind of timeline entry: its sentence for staff, and the one for the customer where they may see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Entry(StrEnum):
    """One grammar: `noun.verb`."""

    FILED = "complaint.filed"
    IMPORTED = "complaint.imported"
    ACKNOWLEDGED = "complaint.acknowledged"
    ASSIGNED = "responsible.assigned"
    TAKEN = "responsible.taken"
    NOTE_WRITTEN = "note.written"
    WRITTEN = "message.written"
    QUESTION_ASKED = "question.asked"
    CUSTOMER_ANSWERED = "customer.answered"
    ESCALATED = "complaint.escalated"
    DEADLINE_MISSED = "deadline.missed"
    DEADLINES_MOVED = "deadline.moved"
    REASSESSED = "complaint.reassessed"
    TAKEN_FOR = "complainer.taken_for"
    OUTSIDE_NAMED = "outside.named"
    STEPPED_DOWN = "complaint.stepped_down"
    RESOLUTION_PROPOSED = "resolution.proposed"
    SOLVED_IN_PERSON = "resolution.confirmed"
    RESOLUTION_ACCEPTED = "resolution.accepted"
    RESOLUTION_REFUSED = "resolution.refused"
    REOPENED = "complaint.reopened"
    WITHDRAWN = "complaint.withdrawn"
    DUPLICATE_MARKED = "duplicate.marked"
    DUPLICATE_RECEIVED = "duplicate.received"
    DUPLICATE_UNDONE = "duplicate.undone"
    DUPLICATE_LEFT = "duplicate.left"
    DUPLICATE_HEARD = "duplicate.heard"
    FAILURE_LINKED = "failure.linked"
    FAILURE_PARTED = "failure.parted"
    LET_REST = "complaint.let_rest"
    ATTACHMENT_ADDED = "attachment.added"
    LINK_SENT = "link.sent"
    LINK_HANDED_OUT = "link.handed_out"
    CUSTOMER_CHANGED = "customer.changed"
    WISHES_KEPT = "customer.wished"
    CUSTOMER_MERGED = "customer.merged"
    CUSTOMER_PARTED = "customer.parted"
    MAIL_CAME_BACK = "mail.came_back"
    MAIL_UNWANTED = "mail.unwanted"
    ADDRESS_TRUSTED = "address.trusted"
    MAIL_FILED = "mail.filed"
    MAIL_TAKEN = "mail.taken"
    MAIL_FROM_ELSEWHERE = "mail.from_elsewhere"
    MAIL_NAMES = "mail.names"
    MAIL_FILES_LEFT = "mail.files_left"
    FOLLOWS = "complaint.follows"
    FOLLOWED = "complaint.followed"
    GROUP_CHANGED = "customer.regrouped"
    REMEDY_PROPOSED = "remedy.proposed"
    REMEDY_AUTHORISED = "remedy.authorised"
    REMEDY_REFUSED = "remedy.refused"
    REMEDY_OFFERED = "remedy.offered"
    REMEDY_ACCEPTED = "remedy.accepted"
    REMEDY_DECLINED = "remedy.declined"
    REMEDY_FULFILLED = "remedy.fulfilled"
    REMEDY_SENT = "remedy.sent"
    REMEDY_NOT_SENT = "remedy.not_sent"
    REMEDY_SENT_AGAIN = "remedy.sent_again"
    REMEDY_CALLED_BACK = "remedy.called_back"
    REMEDY_WITHDRAWN = "remedy.withdrawn"
    REMEDY_ENDED = "remedy.ended"
    REMEDY_EXPIRED = "remedy.expired"
    REMEDY_REVERSED = "remedy.reversed"
    APPROVAL_ASKED = "approval.asked"
    APPROVAL_PASSED_UP = "approval.passed_up"
    APPROVAL_ASKED_BACK = "approval.asked_back"
    APPROVAL_ANSWERED = "approval.answered"
    VOUCHER_REDEEMED = "voucher.redeemed"
    VOUCHER_EXPIRED = "voucher.expired"
    CAUSE_ASKED = "cause.asked"
    CAUSE_ANSWERED = "cause.answered"
    CAUSE_ACCEPTED = "cause.accepted"
    ACTION_PLANNED = "action.planned"


@dataclass(frozen=True, slots=True)
class Telling:
    """How an entry is told; `to_customer` is None where it is none of their business.

    The text of an entry is shown to everybody who sees the entry; its facts only through these sentences, and to staff.
    """

    to_staff: Promise
    to_customer: Promise | None = None


TOLD: Final[dict[Entry, Telling]] = {
    Entry.FILED: Telling(_("%(actor)s filed the complaint"), _("Your complaint was received")),
    Entry.IMPORTED: Telling(_("Taken over from %(source)s")),
    Entry.ACKNOWLEDGED: Telling(
        _("%(actor)s acknowledged the complaint"), _("%(actor)s has read your complaint and is looking after it")
    ),
    Entry.ASSIGNED: Telling(
        _("%(actor)s gave the complaint to %(to)s"), _("%(to)s is now looking after your complaint")
    ),
    Entry.TAKEN: Telling(_("%(actor)s took the complaint"), _("%(actor)s is now looking after your complaint")),
    Entry.NOTE_WRITTEN: Telling(_("%(actor)s wrote a note")),
    Entry.WRITTEN: Telling(_("%(actor)s wrote to the customer"), _("%(actor)s wrote to you")),
    Entry.QUESTION_ASKED: Telling(_("%(actor)s asked the customer"), _("%(actor)s has a question for you")),
    Entry.CUSTOMER_ANSWERED: Telling(_("The customer wrote"), _("You wrote")),
    Entry.ESCALATED: Telling(
        _("%(actor)s handed the complaint up to %(to)s"), _("Your complaint was handed to %(to)s")
    ),
    Entry.DEADLINE_MISSED: Telling(_("Deadline missed: %(deadlines)s")),
    Entry.DEADLINES_MOVED: Telling(_("The deadlines were reckoned anew: %(why)s")),
    Entry.REASSESSED: Telling(_("%(actor)s assessed the complaint anew: %(changes)s")),
    Entry.TAKEN_FOR: Telling(_("By the rule “%(rule)s” the customer is taken for one who: %(complainer)s")),
    Entry.OUTSIDE_NAMED: Telling(
        _("The customer was told of the way outside: %(to)s"), _("You can now also turn to %(to)s")
    ),
    Entry.STEPPED_DOWN: Telling(
        _("%(actor)s sent the complaint back to %(to)s"), _("%(to)s is looking after your complaint again")
    ),
    Entry.RESOLUTION_PROPOSED: Telling(_("%(actor)s proposed a resolution"), _("%(actor)s proposed a resolution")),
    Entry.SOLVED_IN_PERSON: Telling(
        _("The customer told %(actor)s that it is solved"), _("You told %(actor)s that it is solved")
    ),
    Entry.RESOLUTION_ACCEPTED: Telling(_("The customer says it is solved"), _("You said that it is solved")),
    Entry.RESOLUTION_REFUSED: Telling(_("The customer says it is not solved"), _("You said that it is not solved")),
    Entry.REOPENED: Telling(_("%(actor)s reopened the complaint"), _("Your complaint was opened again")),
    Entry.WITHDRAWN: Telling(
        _("%(actor)s withdrew the complaint at the customer's wish"), _("The complaint was withdrawn at your wish")
    ),
    Entry.DUPLICATE_MARKED: Telling(
        _("%(actor)s marked this as a duplicate of %(original)s"),
        _("This complaint goes on together with another one of yours, %(original)s"),
    ),
    Entry.DUPLICATE_RECEIVED: Telling(_("%(actor)s marked %(duplicate)s as a duplicate of this complaint")),
    Entry.DUPLICATE_UNDONE: Telling(
        _("%(actor)s says that this is no duplicate of %(original)s: it goes on as it was"),
        _("This complaint goes on by itself again"),
    ),
    Entry.DUPLICATE_LEFT: Telling(_("%(actor)s says that %(duplicate)s is no duplicate of this complaint")),
    Entry.DUPLICATE_HEARD: Telling(_("The customer wrote on %(duplicate)s, which is marked as a duplicate of this")),
    Entry.FAILURE_LINKED: Telling(_("%(actor)s found that this is the same failure as %(other)s")),
    Entry.FAILURE_PARTED: Telling(_("%(actor)s found that this is not the same failure as %(other)s")),
    Entry.LET_REST: Telling(
        _("Closed: the customer has not answered the proposed resolution"), _("Closed, as we have not heard from you")
    ),
    Entry.ATTACHMENT_ADDED: Telling(_("%(actor)s attached %(name)s"), _("%(name)s was attached")),
    Entry.LINK_SENT: Telling(_("The tracking link was sent at the customer's request")),
    Entry.LINK_HANDED_OUT: Telling(
        _("%(actor)s handed out the tracking link on paper"), _("%(actor)s gave you the link to this page")
    ),
    Entry.GROUP_CHANGED: Telling(
        _("%(actor)s changed the customer's group: %(old)s → %(new)s. This complaint is held to what was promised.")
    ),
    Entry.CUSTOMER_CHANGED: Telling(_("%(actor)s changed the customer's e-mail address: %(old)s → %(new)s")),
    Entry.WISHES_KEPT: Telling(_("The customer changed how they are written to"), _("You changed how we write to you")),
    Entry.CUSTOMER_MERGED: Telling(_("%(actor)s merged two files of one customer: %(merged)s goes on as %(survivor)s")),
    Entry.CUSTOMER_PARTED: Telling(
        _("%(actor)s undid a merge: this complaint is %(merged)s's again, not %(survivor)s's")
    ),
    Entry.MAIL_CAME_BACK: Telling(_("A message to %(address)s did not arrive")),
    Entry.MAIL_UNWANTED: Telling(_("Our mail to %(address)s was reported as unwanted")),
    Entry.ADDRESS_TRUSTED: Telling(_("%(actor)s lets mail go to %(address)s again")),
    Entry.MAIL_FILED: Telling(_("It came as a mail from %(address)s")),
    Entry.MAIL_TAKEN: Telling(_("%(actor)s took a mail from %(address)s that had been set aside")),
    Entry.MAIL_FROM_ELSEWHERE: Telling(
        _("This was written from %(address)s, an address that is not on file for the customer")
    ),
    Entry.MAIL_NAMES: Telling(
        _("The mail from %(address)s names %(references)s. A number proves nothing: it became a complaint of its own")
    ),
    Entry.MAIL_FILES_LEFT: Telling(_("Not taken over from the mail, but kept with it: %(names)s")),
    Entry.FOLLOWS: Telling(
        _("It follows %(reference)s, which is closed"), _("It follows your earlier complaint %(reference)s")
    ),
    Entry.FOLLOWED: Telling(_("The customer wrote again, and that is complaint %(reference)s now")),
    Entry.REMEDY_PROPOSED: Telling(_("%(actor)s proposed: %(remedy)s")),
    Entry.REMEDY_AUTHORISED: Telling(_("%(actor)s authorised: %(remedy)s")),
    Entry.REMEDY_REFUSED: Telling(_("%(actor)s refused: %(remedy)s")),
    Entry.REMEDY_OFFERED: Telling(_("Offered to the customer: %(remedy)s"), _("We offer you: %(remedy)s")),
    Entry.REMEDY_ACCEPTED: Telling(_("The customer accepted: %(remedy)s"), _("You accepted: %(remedy)s")),
    Entry.REMEDY_DECLINED: Telling(_("The customer declined: %(remedy)s"), _("You declined: %(remedy)s")),
    Entry.REMEDY_FULFILLED: Telling(_("%(actor)s ticked off as given: %(remedy)s"), _("Given to you: %(remedy)s")),
    Entry.REMEDY_SENT: Telling(_("%(endpoint)s gave the customer: %(remedy)s"), _("Given to you: %(remedy)s")),
    Entry.REMEDY_NOT_SENT: Telling(_("%(endpoint)s did not take the order: %(remedy)s")),
    Entry.REMEDY_SENT_AGAIN: Telling(_("%(actor)s sends the order to %(endpoint)s again: %(remedy)s")),
    Entry.REMEDY_CALLED_BACK: Telling(_("%(actor)s called the order back from %(endpoint)s: %(remedy)s")),
    Entry.REMEDY_WITHDRAWN: Telling(_("%(actor)s withdrew: %(remedy)s"), _("We withdrew our offer: %(remedy)s")),
    Entry.REMEDY_ENDED: Telling(
        _("Withdrawn, as the complaint was closed: %(remedy)s"),
        _("Our offer ended with your complaint: %(remedy)s"),
    ),
    Entry.REMEDY_EXPIRED: Telling(_("Expired: %(remedy)s"), _("Our offer has expired: %(remedy)s")),
    Entry.REMEDY_REVERSED: Telling(_("%(actor)s reversed: %(remedy)s"), _("Taken back: %(remedy)s")),
    Entry.APPROVAL_ASKED: Telling(_("%(to)s is to decide: %(remedy)s")),
    Entry.APPROVAL_PASSED_UP: Telling(_("Nobody has decided in time: %(remedy)s")),
    Entry.APPROVAL_ASKED_BACK: Telling(_("%(actor)s asked back: %(remedy)s")),
    Entry.APPROVAL_ANSWERED: Telling(_("%(actor)s answered the question: %(remedy)s")),
    Entry.VOUCHER_REDEEMED: Telling(_("%(actor)s redeemed the voucher: %(remedy)s"), _("Redeemed: %(remedy)s")),
    Entry.VOUCHER_EXPIRED: Telling(
        _("The voucher expired unused, and its worth went back to whoever had given it: %(remedy)s"),
        _("Your voucher has expired: %(remedy)s"),
    ),
    Entry.CAUSE_ASKED: Telling(_("%(actor)s asked %(department)s for the cause: %(title)s")),
    Entry.CAUSE_ANSWERED: Telling(_("%(actor)s named the cause for %(department)s: %(title)s")),
    Entry.CAUSE_ACCEPTED: Telling(_("%(actor)s accepted the cause: %(title)s")),
    Entry.ACTION_PLANNED: Telling(_("%(actor)s planned a corrective action: %(title)s")),
}
