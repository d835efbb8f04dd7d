"""Clocks, escalation, mail and orders as they failed in other systems: each is the business of tests that exist."""

from __future__ import annotations

import re
from typing import Final

import pytest

from recovery import env

FAILURES: Final[dict[str, tuple[str, ...]]] = {
    "a webhook that hangs freezes saving": (
        "fulfilment/test_orders.py::test_a_hanging_system_keeps_nobody_from_saving",
        "fulfilment/test_orders.py::test_a_system_that_is_away_is_spared_and_uses_up_no_tries",
    ),
    "the reference of a payment is lost by a concurrent save": (
        "fulfilment/test_crash.py::test_the_reference_is_not_lost_to_whoever_saves_at_the_same_time",
        "fulfilment/test_orders.py::test_given_by_hand_wins_and_the_reference_that_comes_later_is_kept",
    ),
    "a retry after a lost answer pays twice": (
        "fulfilment/test_crash.py::test_a_worker_killed_between_sending_and_marking_is_followed_by_one_with_the_same_key",
        "fulfilment/test_orders.py::test_what_passes_is_tried_again_under_the_same_key_and_counted_once",
    ),
    "a reader in another zone sees a fresh case as overdue": (
        "desk/test_steps.py::test_a_deadline_is_told_in_the_zone_of_the_viewers_unit",
        "standards/test_hours.py::test_a_deadline_is_the_same_from_wherever_it_is_asked",
        "desk/test_boards.py::test_today_is_the_day_of_the_reader",
    ),
    "from paused straight to resolved, the pause counts": (
        "cases/test_clocks.py::test_straight_from_waiting_to_solved_the_wait_does_not_count",
        "standards/test_hours.py::test_six_months_of_waiting_for_the_customer_use_up_nothing",
    ),
    "the pause is added to the start and not to the budget": (
        "cases/test_clocks.py::test_a_pause_over_a_weekend_with_a_clock_change_costs_only_open_minutes",
        "standards/test_hours.py::test_a_pause_over_a_holiday_weekend_with_a_change_of_the_clocks_takes_only_open_time",
    ),
    "a paused clock ticks on, or two pauses count twice": (
        "cases/test_clocks.py::test_from_one_pause_into_the_next_counts_once",
        "standards/test_hours.py::test_time_in_a_pause_does_not_count_and_never_counts_twice",
        "desk/test_boards.py::test_a_resting_clock_and_another_branch_press_on_nobody_here",
    ),
    "business time is counted by the wall clock": (
        "standards/test_hours.py::test_only_open_time_uses_the_budget",
        "standards/test_hours_against_oracle.py::test_it_agrees_with_looking_at_the_clock_every_minute",
    ),
    "round the clock loses a minute every midnight": (
        "standards/test_hours.py::test_thirty_days_round_the_clock_are_thirty_days_to_the_second",
    ),
    "a week without Monday, a lunch break or half a holiday breaks the deadline": (
        "standards/test_hours.py::test_any_windows_on_any_days_make_a_week",
        "standards/test_calendars.py::test_special_days_close_shorten_and_open",
    ),
    "a reminder lands at midnight": (
        "standards/test_reminding.py::test_an_hour_before_is_an_open_hour_before_and_never_at_midnight",
        "handling/test_remind.py::test_a_deadline_in_calendar_time_reminds_in_office_hours",
    ),
    "the offset of today is used for another day": (
        "standards/test_hours.py::test_a_window_across_a_change_of_the_clocks_has_its_real_length",
        "standards/test_offsets.py::test_every_change_of_the_clocks_is_found",
    ),
    "a changed calendar, standard or severity leaves open deadlines as they were, or forgets the pause": (
        "cases/test_clocks.py::test_a_changed_calendar_moves_open_deadlines_and_says_so",
        "cases/test_clocks.py::test_judged_worse_it_is_due_sooner_with_the_pause_it_has_had",
        "standards/test_hours.py::test_closed_and_extra_days_replace_the_week",
        "management/test_sweep.py::test_nothing_goes_up_by_the_hours_of_a_calendar_that_was_changed",
    ),
    "one target overrides another, or an answer ends the deadline only the second time": (
        "cases/test_clocks.py::test_each_deadline_runs_in_its_own_time_on_the_same_case",
        "cases/test_clocks.py::test_only_what_a_person_wrote_and_what_arrived_meets_a_deadline",
        "handling/test_steps.py::test_a_question_lets_the_clocks_rest_and_an_answer_lets_them_run_on_exactly",
    ),
    "parking or resolving counts as an answer though nothing was sent": (
        "cases/test_clocks.py::test_neither_parking_nor_an_undelivered_resolution_counts_as_an_answer",
    ),
    "resolved late between two looks of the job is booked as in time": (
        "cases/test_clocks.py::test_put_right_late_between_two_sweeps_is_late",
    ),
    "of two rules that fit, any one wins": (
        "standards/test_selection.py::test_each_condition_outweighs_all_that_come_after_it",
        "standards/test_selection.py::test_two_in_force_with_the_same_conditions_are_refused",
    ),
    "a calendar that never opens makes the reckoning loop": (
        "standards/test_hours.py::test_a_place_that_never_opens_is_refused",
        "standards/test_hours.py::test_a_week_whose_days_are_all_holidays_ends_with_a_sentence_and_not_in_a_loop",
    ),
    "a reopened case is overdue from its first minute, a fresh one escalates at once": (
        "cases/test_clocks.py::test_opened_again_it_is_not_overdue_from_its_first_minute",
        (
            "handling/test_escalate_overdue.py::"
            "test_a_case_nobody_touches_climbs_to_the_vp_with_the_right_mails_at_the_right_moments"
        ),
    ),
    "the newest are looked at first and the oldest never": (
        "handling/test_escalate_overdue.py::test_of_hundreds_the_longest_overdue_goes_first",
    ),
    "any comment makes a case younger": (
        "handling/test_escalate_overdue.py::test_notes_and_comments_do_not_make_a_case_younger",
    ),
    "an unassigned case, or one without a superior, is skipped for ever": (
        "handling/test_escalate_overdue.py::test_an_unassigned_case_climbs_like_any_other",
        (
            "handling/test_escalate_overdue.py::"
            "test_where_nobody_stands_higher_it_waits_on_the_list_with_an_alarm_at_every_step"
        ),
    ),
    "who gets it is not told, and nobody notices that nothing escalates": (
        "handling/test_escalate_overdue.py::test_a_row_that_fails_is_put_off_and_counted_and_stops_nobody",
        "handling/test_escalate_overdue.py::test_a_vp_who_left_does_not_keep_a_missed_deadline_secret",
        "desk/test_boards.py::test_what_the_sweep_failed_on_is_shown_with_its_count",
    ),
    "whoever it was escalated to loses it by answering": (
        "handling/test_steps.py::test_who_answers_what_came_up_keeps_it",
    ),
    "it goes to somebody who is away or has left": (
        "handling/test_escalate_overdue.py::test_a_manager_who_left_or_is_away_is_passed_over",
        "handling/test_escalate_overdue.py::test_a_stand_in_gets_what_climbs",
    ),
    "holidays make it escalate earlier, and a mere look changes something": (
        "standards/test_calendars.py::test_public_holidays_of_a_province_are_closed_also_years_ahead",
        "handling/test_escalate_overdue.py::test_a_dry_run_changes_nothing",
    ),
    "N1: a bounce becomes a complaint, which is notified and bounces": (
        "incoming/test_receive_mail.py::test_what_a_program_sent_is_set_aside_and_answered_by_nobody",
        "incoming/test_receive_mail.py::test_a_report_on_a_mail_of_ours_marks_it_and_asks_staff",
        "incoming/test_letter.py::test_a_report_names_every_mail_in_it_however_deep",
    ),
    "N2: two robots answer each other": (
        "incoming/test_receive_mail.py::test_each_sign_of_a_program_is_enough_even_at_the_reply_address",
        "incoming/test_receive_mail.py::test_two_robots_that_answer_each_other_stop_at_the_limit",
        "incoming/test_receive_mail.py::test_more_than_so_many_a_day_from_one_sender_are_set_aside",
    ),
    "N3: our own address among the recipients or as a customer's": (
        "incoming/test_receive_mail.py::test_our_own_address_in_the_copies_makes_nobody_a_customer",
        "incoming/test_receive_mail.py::test_what_a_program_sent_is_set_aside_and_answered_by_nobody",
    ),
    "N4: mail is lost without a line in the log, or because somebody else has read it": (
        "incoming/test_fetch_mail.py::test_what_somebody_else_has_read_is_fetched_all_the_same",
        "incoming/test_fetch_mail.py::test_killed_between_storing_and_marking_nothing_is_lost_or_taken_twice",
        "incoming/test_pipe.py::test_while_the_database_is_away_the_mail_server_keeps_the_mail",
        "incoming/test_receive_mail.py::test_what_breaks_us_is_set_aside_whole_and_stops_no_other",
        "incoming/test_receive_mail.py::test_seen_is_taken_and_set_aside_by_way_and_day",
        "desk/test_mail_in.py::test_mail_that_does_not_add_up_is_an_alarm_until_it_does",
    ),
    "N5: one mail, several complaints": (
        "incoming/test_fetch_mail.py::test_two_fetchers_at_once_take_each_mail_once",
        "incoming/test_receive_mail.py::test_the_same_mail_by_any_way_is_one_word",
        "api/test_mail_in.py::test_a_mail_that_was_taken_apart_and_is_handed_over_again_is_one",
    ),
    "N6: anybody who quotes a number writes into that case": (
        "incoming/test_receive_mail.py::test_a_number_in_the_subject_writes_into_nobodys_case_and_is_a_hint",
        "incoming/test_receive_mail.py::test_a_reply_address_cannot_be_made_up",
        "incoming/test_receive_mail.py::test_the_references_of_a_stranger_write_into_nobodys_case",
    ),
    "N10: mail to a placeholder, or in the wrong language": (
        "incoming/test_receive_mail.py::test_a_placeholder_is_never_written_to",
        "desk/test_mail_in.py::test_a_robot_whose_mail_is_taken_is_never_written_to",
        "incoming/test_receive_mail.py::test_a_stranger_is_answered_in_the_language_they_wrote",
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_of_others_is_tested_here(failure: str) -> None:
    for test in FAILURES[failure]:
        file, _sep, name = test.partition("::")
        written = (env.ROOT / "tests" / file).read_text()
        assert re.search(rf"^def {name}\(", written, re.MULTILINE), test
