"""The compiled expression answers on Spark as the definition does."""

from __future__ import annotations

import gc
import os
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.properties.counterexample import as_code, shrink
from tests.properties.engines import differences, on_spark
from tests.properties.exhaustive import Variant, corpus
from tests.properties.generate import world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.properties.generate import World

DEEP = bool(os.environ.get("BYLEAVE_DEEP"))
CELLS = [
    (reaches, frees) for reaches in ("collection", "training", "models") for frees in ("everything", "new-content")
]
MEMBERS, ITEMS = (2_000, 10_000) if DEEP else (200, 1_000)
WORLDS_EACH = 5 if DEEP else 1
EXHAUSTED = [
    Variant("collection", "new-content", replay=False),
    Variant("training", "everything", replay=True),
    Variant("collection", "everything", replay=True),
    Variant("models", "new-content", replay=False),
]
QUICK = {
    "spark.sql.adaptive.enabled": ("true", "false"),
    "spark.sql.codegen.wholeStage": ("true", "false"),
    "spark.sql.codegen.factoryMode": ("FALLBACK", "NO_CODEGEN"),
}
"""Spark's own values, and quicker ones: a small world takes most of its time to be translated into Java."""


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A quiet local session in UTC."""
    from pyspark.sql import SparkSession

    options: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
    }
    session = SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
    gc.collect()


def worlds() -> Iterator[World]:
    """Random worlds of every cell of the preference table, then every meeting of two modes in some of them."""
    drawn = (world(seed, MEMBERS, ITEMS) for seed in count())
    wanted = CELLS * WORLDS_EACH
    while wanted:
        one = next(drawn)
        cell = (one.rules.reaches, one.rules.frees)
        if cell in wanted:
            wanted.remove(cell)
            yield one
    yield from (corpus(variant, 2).world for variant in (EXHAUSTED if DEEP else EXHAUSTED[:1]))


@pytest.mark.needs("java")
# pyspark 4.0 leaves the sockets open through which it returns Arrow
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_same_answer_as_the_definition(spark: Any, record_property: Callable[[str, object], None]) -> None:
    """Spark decides every row as the definition does, in each cell of the preference table."""
    engine = partial(on_spark, session=spark)
    for number, one in enumerate(worlds()):
        for name, (own, quick) in QUICK.items():
            spark.conf.set(name, own if DEEP or number == 0 else quick)
        found = differences(one, engine)
        record_property("compared", ("Spark", len(one.items), len(found)))
        if found:
            pytest.fail(as_code(shrink(one, lambda smaller: bool(differences(smaller, engine)))))
