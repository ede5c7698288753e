"""One report for an organisation on the archives of its people; nobody's own figures without their agreement."""

from byleave.archive.team.people import Statement, read_people
from byleave.archive.team.sums import FEWEST, Member, Team, add_up
from byleave.archive.team.words import tell_team

__all__ = ["FEWEST", "Member", "Statement", "Team", "add_up", "read_people", "tell_team"]
