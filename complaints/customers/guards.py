"""What the database itself does for merged customers: nobody who was merged has a complaint, whoever writes it.

Each is the body of a trigger. The names of columns are PostgreSQL's; who renames one meets the tests of merging.
"""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError

MERGED_IS_EMPTY: Final = """
IF NEW.merged_into_id IS NULL OR NEW.merged_into_id IS NOT DISTINCT FROM OLD.merged_into_id THEN
    RETURN NEW;
END IF;
IF EXISTS (SELECT FROM complaints_customer WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL) THEN
    RAISE EXCEPTION 'customer % was merged and cannot take in another', NEW.merged_into_id
        USING ERRCODE = 'check_violation';
END IF;
IF EXISTS (SELECT FROM complaints_case WHERE customer_id = NEW.id) THEN
    RAISE EXCEPTION 'customer % still has complaints', NEW.id USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""

CASE_OF_SOMEBODY: Final = """
IF TG_OP = 'UPDATE' AND NEW.customer_id = OLD.customer_id THEN
    RETURN NEW;
END IF;
-- waits for a merge that is under way, and keeps the next one waiting until this case can be seen
PERFORM FROM complaints_customer WHERE id = NEW.customer_id FOR SHARE;
IF EXISTS (SELECT FROM complaints_customer WHERE id = NEW.customer_id AND merged_into_id IS NOT NULL) THEN
    RAISE EXCEPTION 'customer % was merged', NEW.customer_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'case_of_merged_customer';
END IF;
RETURN NEW;
"""


def of_merged_customer(error: IntegrityError) -> bool:
    """Whether the database refused a complaint because its customer was merged."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == "case_of_merged_customer"
