"""Frames of Spark: on the session that is active, on the remote one that `SPARK_REMOTE` names, or on one of this machine.

A session of our own keeps what it says in a file that goes away with it, for a statement goes to standard output and a problem to
standard error. A session that was there before is used as it is: nothing here depends on its zone, nor on how it meets a number
that is too large.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals
import narwhals.stable.v2 as nw

from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.loaded import DAY, FLAG, TEXT, UNITS, Frame
from pbr_rules.evidence.tables import Cell

KEPT = 8
"""Frames that are kept calculated. A question keeps no more than a few."""

OURS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
"""What a session that we start is told, and one that was there is not."""


class Spark:
    """Frames of Spark, each with its columns sent as Arrow."""

    library = "Spark"

    def __init__(self) -> None:
        import pyarrow
        import pyspark.sql  # noqa: F401  # asked for here, so that a missing library is named

        self._arrow = pyarrow
        self._session = _session()
        self.version = f"{self._session.version}, narwhals {narwhals.__version__}"
        self._kept: deque[Any] = deque()

    def frame(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> Frame:
        """A frame of the session. Days go as whole days, which no zone moves."""
        pa = self._arrow
        types = {TEXT: pa.string(), DAY: pa.date32(), FLAG: pa.bool_(), UNITS: pa.int64()}
        arrays = {column: pa.array(cells, types[form]) for column, (form, cells) in columns.items()}
        frame: Frame = nw.from_native(self._session.createDataFrame(pa.table(arrays)))
        return frame

    def rows(self, frame: Frame) -> list[tuple[object, ...]]:
        """The rows of a frame."""
        return frame.collect("pyarrow").rows()

    def settled(self, frame: Frame) -> Frame:
        """The frame, kept once it is calculated; should a machine of the cluster be lost, its part is calculated again."""
        kept = frame.to_native().persist()
        self._kept.append(kept)
        if len(self._kept) > KEPT:
            self._kept.popleft().unpersist()
        again: Frame = nw.from_native(kept)
        return again


def _session() -> Any:
    """The session that is active, the remote one that is named, or one of our own.

    Raises:
        UsageError: there is none, and none can be started.
    """
    from pyspark.sql import SparkSession

    remote = os.environ.get("SPARK_REMOTE")
    if remote:
        return _remote(remote)
    found = SparkSession.getActiveSession()
    return found if found is not None else _local()


def _remote(at: str) -> Any:
    """The session of a server."""
    try:
        from pyspark.sql import SparkSession

        return SparkSession.builder.getOrCreate()
    except Exception as error:
        raise UsageError(
            f"the engine `spark` does not reach the server that SPARK_REMOTE names, {at}: {_first_line(error)}"
        ) from error


def _local() -> Any:
    """A session of this machine, or of the cluster that Spark's own settings name."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    conf = SparkConf(loadDefaults=False).setAll(list(OURS.items())).setAppName("pbr")
    with tempfile.TemporaryFile() as said:
        try:
            gateway = launch_gateway(conf, {"stdout": said, "stderr": said})
            context = SparkContext(conf=conf, gateway=gateway)
        except Exception as error:
            said.seek(0)
            why = _why(said.read().decode("utf-8", "replace")) or _first_line(error)
            raise UsageError(f"the engine `spark` needs Java 17 or later, and Spark did not start: {why}") from error
    session = SparkSession(context)
    session.conf.set("spark.sql.session.timeZone", "UTC")
    if context.master.startswith("local"):
        session.conf.set("spark.sql.shuffle.partitions", str(context.defaultParallelism))
    return session


def _why(said: str) -> str:
    """What a Java that is missing, or too old, says of itself."""
    if "UnsupportedClassVersionError" in said:
        return "the Java that is installed is older"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if "JAVA_HOME" in line or ("java" in line and "not found" in line)]
    return (told or lines or [""])[0]


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
