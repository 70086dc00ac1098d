"""Reads Parquet row by row, a thousand in memory at a time; rows count from 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from service.errors import BadInput
from service.importers.row import Row

AT_ONCE = 1_000


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows, with lists and structs as Python lists and dictionaries.

    Args:
        columns: read only these; all of them when None.

    Raises:
        BadInput: the file is not Parquet, or damaged.
    """
    number = 0
    # without pre-buffering, so that a big row group is not fetched into memory as a whole
    with (
        _open(path) as file,
        tqdm(total=file.metadata.num_rows, unit=" rows", desc=path.name, disable=None) as bar,
    ):
        try:
            for batch in file.iter_batches(AT_ONCE, columns=columns, use_threads=False):
                for cells in batch.to_pylist():
                    number += 1
                    yield Row(number, cells)
                bar.update(len(batch))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise BadInput(f"{path} cannot be read after row {number:,}: {_said(error)}") from error


def schema_of(path: Path) -> pa.Schema:
    """The columns and their types.

    Raises:
        BadInput: the file is not Parquet, or damaged.
    """
    with _open(path) as file:
        return file.schema_arrow


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} is not a Parquet file: {_said(error)}") from error


def _said(error: Exception) -> str:
    """Arrow explains itself over several lines; ours are single."""
    return " ".join(str(error).split())
