"""A small edition of benchmarks/staff_attempts.py and staff_kill.py."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks import staff_kill
from tests.staff import attempts
from tests.staff.office import Office


def test_no_attempt_of_who_has_no_right_to_it_succeeds(office: Office) -> None:
    made, succeeded = attempts.run(office, 80, seed=22)
    assert succeeded == []
    assert len(made) == 8 and min(made.values()) == 10


def test_what_is_tried_would_succeed_with_the_right_to_it(office: Office) -> None:
    """Or the test above could not fail."""
    thief = attempts.Thief(office, 22)
    for n in (9, 8, 6, 5, 7, 4, 3, 2, 1):  # all but a mark, which would be in the way of the others
        path, form, permission = thief.writes()[n]
        role = next(role for role, may in attempts.PERMISSIONS.items() if permission in may)
        before = office.all()
        clerk = office.clerks[f"c-{role}"]
        if path.endswith(f"{thief.ref}/change"):  # nothing is changed that was not shown before
            shown = re.search('name="hold" value="([^"]+)"', clerk.post(path, **form).text)
            form["hold"] = shown[1] if shown else ""
        answer = clerk.post(path, **form)
        assert answer.status_code in (200, 303), path
        assert "5678" in answer.text if permission == "number" else office.all() != before, path


def test_killed_while_writing_nothing_is_half_done(tmp_path: Path) -> None:
    staff_kill.kill_again_and_again(f"sqlite:///{tmp_path}/renewal.db", kills=2, seed=22)


