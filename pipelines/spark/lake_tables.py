"""Delta and Iceberg tables for a Spark that has no reader of theirs: what a table's log says are its files, read as Parquet.

The packages `deltalake` and `pyiceberg` (PyPI) read the log; Spark reads the files. That is right only where a table's rows are those
of its files, under the names that they have there. Tables with deleted rows beside their files, with renamed columns, or of a later
format are refused: those need the readers of Delta or Iceberg themselves (`spark-submit --packages`).
"""

from __future__ import annotations

import json
import re

# What deltalake calls features of a table that do not change how its Parquet files are read.
HARMLESS = {"timestampNtz", "vacuumProtocolCheck", "v2Checkpoint"}


class Unreadable(Exception):
    """Why a table cannot be read so."""


def read(spark, kind: str, location: str):
    """A data frame of the present rows of a table. Raises `Unreadable`."""
    try:
        return {"delta": delta, "iceberg": iceberg}[kind](spark, location)
    except ImportError as error:
        package = {"delta": "deltalake", "iceberg": "pyiceberg"}[kind]
        raise Unreadable(f"Spark has no reader of {kind}; give it one (spark-submit --packages), or install {package} here") from error


def delta(spark, location: str):
    """`location`: the table's folder, as a path or URI."""
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError
    from pyspark.sql.types import StructType

    try:
        table = DeltaTable(location)
    except (DeltaError, OSError) as error:
        raise Unreadable(f"{location}: {error}") from error
    protocol = table.protocol()
    features = set(protocol.reader_features or [])
    if table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none":
        features.add("columnMapping")
    needs = sorted(features - HARMLESS)
    if needs or protocol.min_reader_version > 3:
        raise Unreadable(f"{location}: needs Delta's own reader, for {', '.join(needs) or 'a later format'}; {ADVICE}")
    files = table.file_uris()
    for name in files:
        # Spark takes each byte of such a value for a character.
        if re.search("%[89A-Fa-f]", name) and table.metadata().partition_columns:
            raise Unreadable(f"{name}: a value in its folder's name is not ASCII, which needs Delta's own reader; {ADVICE}")
    return of_files(spark, StructType.fromJson(json.loads(table.schema().to_json())), files, location)


def iceberg(spark, location: str):
    """`location`: the table's present metadata.json, or its folder where that has a version-hint.text."""
    from pyiceberg.table import StaticTable
    from pyiceberg.transforms import IdentityTransform
    from pyspark.sql.pandas.types import from_arrow_schema

    try:
        table = StaticTable.from_metadata(location)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{location}: {error}; give the table's present metadata.json") from error
    if table.metadata.format_version > 2:
        raise Unreadable(f"{location}: format {table.metadata.format_version} needs Iceberg's own reader; {ADVICE}")
    schema = table.schema()
    for other in table.metadata.schemas:
        for name in other.column_names:
            number = other.find_field(name).field_id
            # Files have the names of their time.
            if (now := schema.find_column_name(number)) not in (None, name):
                raise Unreadable(f"{location}: column '{name}' is now '{now}', which needs Iceberg's own reader; {ADVICE}")
            if name in schema.column_names and schema.find_field(name).field_id != number:
                raise Unreadable(f"{location}: there was another column '{name}', which needs Iceberg's own reader; {ADVICE}")
    partitions = [
        field.source_id for spec in table.metadata.partition_specs for field in spec.fields if isinstance(field.transform, IdentityTransform)
    ]
    files = []
    for task in table.scan().plan_files():
        if task.delete_files:
            raise Unreadable(f"{location}: rows are deleted beside their files, which needs Iceberg's own reader; {ADVICE}")
        for number in partitions:
            # Files that came from Hive have such a column in their folders' names alone.
            if number not in (task.file.value_counts or {}):
                name = schema.find_column_name(number)
                raise Unreadable(f"{task.file.file_path}: does not say that it has column '{name}', which needs Iceberg's own reader; {ADVICE}")
        if task.file.file_format != "PARQUET":
            raise Unreadable(f"{task.file.file_path}: is {task.file.file_format}, and only Parquet can be read so; {ADVICE}")
        files.append(task.file.file_path)
    return of_files(spark, from_arrow_schema(schema.as_arrow()), files, None)


ADVICE = "give it to Spark with spark-submit --packages, or rewrite the table"


def of_files(spark, schema, files: list, base: str | None):
    """The rows of Parquet files; of a column that is only in folders' names below `base` too."""
    if not files:
        return spark.createDataFrame([], schema)
    reader = spark.read.schema(schema)
    if base is not None:
        reader = reader.option("basePath", base)
    return reader.parquet(*files)
