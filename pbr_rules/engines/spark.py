"""Frames of Spark: on the session that is active, on the remote one that `SPARK_REMOTE` names, or on one that is started here.

A statement goes to standard output and a problem to standard error, so Spark says nothing there: what a session of our own says goes
to a file that nobody keeps. A session that was there before is used as it is, and nothing that a contract counts depends on its zone, on
how it meets a number that is too large, or on how it divides.
"""

from __future__ import annotations

import os
import socket
import tempfile
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import narwhals
import narwhals.stable.v2 as nw

from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.loaded import DAY, FLAG, TEXT, UNITS, Frame
from pbr_rules.evidence.tables import Cell

KEPT = 8
"""Frames that are kept calculated. A question needs no more than a few."""

_kept: deque[Any] = deque()
"""Those of every statement of this program: Spark keeps them until it is told, and one more settlement may follow."""

OURS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # What Spark remembers of questions that were answered: each is long, and nobody looks.
    "spark.sql.maxPlanStringLength": "1000",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
}
"""What a session that is started here is told."""

NEEDS_JAVA = "the engine `spark` needs Java 17 or later"

PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")

LOST = ("ConnectionRefusedError", "Py4JNetworkError", "SparkConnectGrpcException")
"""What pyspark raises where the server or the Java that it talks to is gone."""

FULL = ("OutOfMemoryError", "Not enough memory to build and broadcast")
"""What Java says where it has no memory left."""


class Spark:
    """Frames of Spark, each sent as Arrow."""

    library = "Spark"

    def __init__(self) -> None:
        import pyarrow

        with _quiet():
            import pyspark  # noqa: F401 - asked for first, so that it is named where it is missing

            self._session = _session()
        self._arrow = pyarrow
        self.version = f"{self._session.version}, narwhals {narwhals.__version__}"

    def frame(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> Frame:
        """A frame of the session. Its days are whole days there, which no zone moves."""
        pa = self._arrow
        types = {TEXT: pa.string(), DAY: pa.date32(), FLAG: pa.bool_(), UNITS: pa.int64()}
        arrays = {column: pa.array(cells, types[form]) for column, (form, cells) in columns.items()}
        with _quiet():
            frame: Frame = nw.from_native(self._session.createDataFrame(pa.table(arrays)))
        return frame

    def rows(self, frame: Frame) -> list[tuple[object, ...]]:
        """The rows of a frame.

        Raises:
                UsageError: Spark is gone, or has no memory left.
        """
        try:
            with _quiet():
                return frame.collect("pyarrow").rows()
        except Exception as error:
            if type(error).__name__ in LOST:
                raise UsageError(f"Spark went away while it counted: {_first_line(error)}") from error
            if any(said in str(error) for said in FULL):
                raise UsageError(
                    "Spark ran out of memory while it counted: give its Java more, as in SPARK_DRIVER_MEMORY=8g"
                ) from error
            raise

    def united(self, frame: Frame, by: Sequence[str], bits: str) -> Frame:
        """One row for each value of some columns, with the bits that are set in any of its rows."""
        from pyspark.sql import functions

        native: Any = frame.to_native()
        found: Frame = nw.from_native(native.groupBy(*by).agg(functions.bit_or(bits).alias(bits)))
        return found

    def batches(self, frame: Frame, rows: int) -> Iterator[Any]:
        """The rows of a frame, fetched whole."""
        with _quiet():
            yield from frame.collect("pyarrow").to_native().to_batches(max_chunksize=rows)

    def settled(self, frame: Frame) -> Frame:
        """The frame, kept once it is calculated. Where a machine of a cluster is lost, its part is calculated again."""
        kept = frame.to_native().persist()
        _kept.append(kept)
        if len(_kept) > KEPT:
            _kept.popleft().unpersist()
        again: Frame = nw.from_native(kept)
        return again


def _session() -> Any:
    """The session that is active, the remote one that is named, or one that is started here.

    Raises:
        UsageError: there is none, and none can be had.
    """
    from pyspark.sql import SparkSession

    remote = os.environ.get("SPARK_REMOTE")
    if remote:
        return _remote(remote)
    found = SparkSession.getActiveSession()
    return found if found is not None else _started()


def _remote(at: str) -> Any:
    """The session of a server."""
    from pyspark.sql import SparkSession

    try:
        _knock(at)
        session = SparkSession.builder.getOrCreate()
        _ = session.version  # what it does not reach, it says only when it is asked
    except ImportError as error:
        raise UsageError(
            f'the engine `spark` reaches a server with {error.name}, which is not installed: pip install "pyspark[connect]"'
        ) from error
    except Exception as error:
        raise UsageError(
            f"the engine `spark` does not reach the server of SPARK_REMOTE, {at}: {_first_line(error)}"
        ) from error
    return session


def _knock(at: str) -> None:
    """Whether anybody is there: pyspark would try for minutes, and say nothing. Behind a proxy only pyspark knows the way."""
    server = urlsplit(at)
    if server.scheme == "sc" and server.hostname and not any(name in os.environ for name in PROXIES):
        with socket.create_connection((server.hostname, server.port or 15002), timeout=20):
            pass


def _started() -> Any:
    """A session of this machine, or of the cluster that Spark's own settings name."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:
        return SparkSession.builder.getOrCreate()  # active in another thread
    launch: Any = launch_gateway
    conf = SparkConf(loadDefaults=False).setAll(list(OURS.items())).setAppName("pbr")
    with tempfile.TemporaryFile() as said:
        try:
            gateway = launch(conf, {"stdout": said, "stderr": said})
            context = SparkContext(conf=conf, gateway=gateway)
        except Exception as error:
            said.seek(0)
            raise UsageError(f"{NEEDS_JAVA}, and Spark did not start: {_why(said.read(), error)}") from error
    session = SparkSession(context)
    session.conf.set("spark.sql.session.timeZone", "UTC")
    if str(context.master).startswith("local"):
        session.conf.set("spark.sql.shuffle.partitions", str(context.defaultParallelism))
    return session


def _why(said: bytes, error: Exception) -> str:
    """What a Java says that is missing, or too old; else the first that was said."""
    text = said.decode("utf-8", "replace")
    if "UnsupportedClassVersionError" in text or "Unrecognized VM option" in text or "Unrecognized option" in text:
        return "the Java that was found is older"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any("JAVA_HOME is not set" in line for line in lines):
        return "no Java was found (JAVA_HOME is not set)"
    for line in lines:
        if line.endswith("No such file or directory") and "java" in line:
            return f"JAVA_HOME names no Java: {line.split(': ')[-2]} is not there"
    return lines[0] if lines else _first_line(error)


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


@contextmanager
def _quiet() -> Iterator[None]:
    """What pyspark says of other packages' versions is not said of a settlement."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
