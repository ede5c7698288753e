"""One server with cases, for every test of the desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.desk import world
from tests.server.desk.doing import ROLES, past
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Client, Running


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with cases, under the rules of November 2025."""
    folder = tmp_path_factory.mktemp("desk")
    mail = f"file:{folder}/mail"
    with serving(folder, packs="linkedin@2025-11-03", zone="Europe/Dublin", holidays="IE", mail=mail) as made:
        with past(made, world.OLD_DAYS) as service:
            world.refused(service, world.OLD, "person-old")
            world.refused(service, world.OVER, "person-over")
        with made.inside() as service:
            service.register("maya", "US")
            service.register("lena", "DE")
        world.people(made, "maya", "lena")
        yield made


@pytest.fixture(scope="package")
def staff(running: Running) -> dict[str, Client]:
    """A browser for each role, and for nobody, a member, staff without a factor and staff without a role."""
    return {
        "nobody": running.client(),
        "member": running.member("lena"),
        "careless": running.staff("careless", factor=False, role="lead"),
        "without": running.staff("without"),
        **{role: running.staff(f"{role}-1", role=role) for role in ROLES},
    }
