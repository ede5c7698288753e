"""Talent search on the platform: a hirer looks for people, and a member says whether they are found."""
