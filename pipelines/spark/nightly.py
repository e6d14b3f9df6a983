#!/usr/bin/env python3
"""The night's statistics from the cluster that holds the log: Spark moves bytes, `sluice` counts.

    spark-submit … pipelines/spark/nightly.py --config F --date D --state DIR [--input PATTERN …] [--no-shuffle]

    files ─► sluice split ─► blocks, shuffled by part ─► sluice statistics --part ─► driver: sluice merge, sluice allocate
             a task each     bytes, never rows           a task each                 kilobytes a part

What the state directory holds afterwards is to the byte what `sluice run` would have written on one machine. A task that fails is
tried again by Spark; one that fails for good ends the job with that part's message, and nothing is published.

README.md beside this file is for whoever runs it.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import uuid

# Whole files up to this many bytes are moved as they are; larger ones are read by lines where that is possible.
WHOLE_FILE = 64 << 20
# The most that Spark moves as one value.
MEBIBYTE = 1 << 20
LARGEST_VALUE = (1 << 31) - (1 << 20)
BUNDLE = "sluice-night.tar"
COLUMNAR = {"parquet", "orc", "iceberg", "delta"}


class Refused(Exception):
    """What ends the job, with the code that it exits with."""

    def __init__(self, text: str, code: int = 65):
        super().__init__(text)
        self.code = code


# --- On the executors ------------------------------------------------------------------------------------------------------


class Program:
    """The binary on an executor, with what was shipped for it."""

    def __init__(self, job: dict):
        from pyspark import SparkFiles

        self.job = job
        self.folder = unpacked(SparkFiles.get(job["bundle"]), job["digest"])
        self.binary = SparkFiles.get(job["binary"])
        if not os.access(self.binary, os.X_OK):
            os.chmod(self.binary, 0o755)

    def start(self, words: list, errors, **pipes):
        # The configuration's relative paths are relative to what was shipped.
        return subprocess.Popen([self.binary, *words], cwd=self.folder, stderr=errors, **pipes)

    def split(self, day: str, name: str, offset: int, chunks, tally: str):
        """Sends what `chunks` has of a file through `sluice split`, or a whole file; yields its standard output piece by piece."""
        words = ["split", "--config", self.job["config"], "--date", day, "--parts", str(self.job["parts"])]
        words += ["--tally", tally, "--name", name, "--offset", str(offset), "--workers", "1", "--quiet"]
        if name in self.job["own"]:
            words.append("--own")
        if isinstance(chunks, Range):
            words += ["--bytes", str(chunks.end - chunks.start)]
        elif name in self.job["lengths"]:
            # A file's bytes count with its first piece: its line ends and its byte order mark do not come through.
            words += ["--bytes", str(0 if offset else self.job["lengths"][name])]
        words.append("-")
        yield from self.piped(words, chunks, f"split of {name}")

    def piped(self, words: list, chunks, what: str):
        import threading

        # A file, for a pipe that nobody reads fills up.
        with tempfile.TemporaryFile() as errors:
            failure = []
            if isinstance(chunks, io.FileIO):
                process = self.start(words, errors, stdin=chunks, stdout=subprocess.PIPE)
                writer = threading.Thread(target=lambda: None)
            else:
                process = self.start(words, errors, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                writer = threading.Thread(target=feed, args=(process, chunks, failure), daemon=True)
            writer.start()
            try:
                while piece := process.stdout.read(1 << 20):
                    yield piece
                writer.join()
                finish(process, errors, what, failure)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def part(self, folder: str, chunks, paths: list, name: str | None, what: str) -> bytes:
        """Counts a part, and returns its part.json."""
        words = ["statistics", "--config", self.job["config"], "--date", self.job["date"], "--state", self.job["state"]]
        words += ["--part", folder, "--workers", "1", "--quiet", *self.job["part_options"]]
        if name:
            words += ["--name", name]
        for _ in self.piped(words + paths, chunks, what):
            pass
        with open(os.path.join(folder, "part.json"), "rb") as file:
            return file.read()


def feed(process, chunks, failure: list) -> None:
    try:
        for chunk in chunks:
            process.stdin.write(chunk)
    except BrokenPipeError:
        pass  # It ended early, and says why.
    except BaseException as error:  # Spark's reader failed: told by whoever waits.
        failure.append(error)
        process.kill()
    finally:
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass


def finish(process, errors, what: str, failure: list) -> None:
    code = process.wait()
    if failure:
        raise failure[0]
    if code != 0:
        errors.seek(0)
        text = errors.read()[-4000:].decode("utf-8", "replace").strip()
        raise RuntimeError(f"<sluice exit {code}>{what}: {text}</sluice>")


def unpacked(bundle: str, digest: str) -> str:
    """The folder of what was shipped, unpacked once on each machine."""
    folder = f"{bundle}.{digest}"
    if not os.path.isdir(folder):
        own = tempfile.mkdtemp(prefix=f"{os.path.basename(folder)}-", dir=os.path.dirname(folder))
        with tarfile.open(bundle) as archive:
            archive.extractall(own, filter="data")
        try:
            os.rename(own, folder)
        except OSError:  # Another task was faster.
            shutil.rmtree(own, ignore_errors=True)
    return folder


def lines_of(column) -> bytes:
    """The values of an Arrow column of binary, each with a line feed behind it."""
    import pyarrow
    import pyarrow.compute

    if len(column) == 0:
        return b""
    end = pyarrow.scalar(b"\n", type=column.type)
    empty = pyarrow.scalar(b"", type=column.type)
    joined = pyarrow.compute.binary_join_element_wise(column, end, empty)
    buffers = joined.buffers()
    offset_type = pyarrow.int64() if pyarrow.types.is_large_binary(joined.type) else pyarrow.int32()
    offsets = pyarrow.Array.from_buffers(offset_type, len(joined) + 1, [None, buffers[1]], offset=joined.offset)
    return memoryview(buffers[2])[offsets[0].as_py() : offsets[len(joined)].as_py()]


class Range:
    """The lines that begin in a range of a file which this machine can open."""

    def __init__(self, path: str, start: int, end: int):
        self.path, self.start, self.end = path, start, end

    def __iter__(self):
        with open(self.path, "rb") as file:
            position = self.start
            if position > 0:
                # A line begins behind a line feed.
                file.seek(position - 1)
                position += len(file.readline()) - 1
            while position < self.end:
                chunk = file.read(min(1 << 20, self.end - position))
                if not chunk:
                    return
                position += len(chunk)
                if position >= self.end and not chunk.endswith(b"\n"):
                    chunk += file.readline()
                yield chunk


def opened(job: dict, batches):
    """The same of files that this machine can open itself: nothing goes through Spark but their numbers."""
    for batch in batches:
        for number in batch.column("id").to_pylist():
            for day, name, path, start, end in job["pieces"][number]:
                if end is None:
                    with io.FileIO(path) as file:
                        yield day, name, 0, file
                else:
                    yield day, name, start, Range(path, start, end)


def stretches(job: dict, batches):
    """The pieces of files in a partition: (day, name, offset, chunks); each one's chunks must be taken before the next."""
    if job["pieces"] is not None:
        yield from opened(job, batches)
        return
    names = job["names"]
    rows = iter(pieces_of_batches(batches))

    held = next(rows, None)
    while held is not None:
        key = held[:3]

        def chunks(key=key):
            nonlocal held
            while held is not None and held[:3] == key:
                chunk = held[3]
                held = next(rows, None)
                yield chunk

        stream = chunks()
        yield (key[0], names.get(plain(key[1]), key[1]), key[2], stream)
        for _ in stream:
            pass


def pieces_of_batches(batches):
    """(day, name, offset, bytes) of the rows of Arrow batches; rows of lines that stand together come as one."""
    for batch in batches:
        if batch.num_rows == 0:
            continue
        names = batch.column("name")
        days, offsets, wholes = batch.column("day"), batch.column("offset"), batch.column("whole")
        data = batch.column("data")
        start = 0
        # Nearly all batches are of one piece.
        runs = run_ends(names, days, offsets, wholes)
        for end in runs:
            key = (days[start].as_py(), names[start].as_py(), offsets[start].as_py())
            piece = data.slice(start, end - start)
            if wholes[start].as_py():
                for value in piece:
                    yield (*key, value.as_buffer())
            else:
                yield (*key, lines_of(piece))
            start = end


def run_ends(*columns) -> list:
    """Where runs of rows end that are the same in all columns."""
    import pyarrow
    import pyarrow.compute

    count = len(columns[0])
    changes = pyarrow.array([False] * (count - 1), type=pyarrow.bool_())
    for column in columns:
        if count > 1:
            differs = pyarrow.compute.not_equal(column.slice(0, count - 1), column.slice(1))
            changes = pyarrow.compute.or_(changes, differs)
    ends = pyarrow.compute.indices_nonzero(changes).to_pylist() if count > 1 else []
    return [index + 1 for index in ends] + [count]


def blocks_of(pieces):
    """(part, bytes) of the blocks in a stream, each with its eight bytes before it."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        start = 0
        while len(rest) - start >= 8:
            length = 8 + int.from_bytes(rest[start + 4 : start + 8], "little")
            if len(rest) - start < length:
                break
            yield int.from_bytes(rest[start : start + 4], "little"), bytes(rest[start : start + length])
            start += length
        del rest[:start]
    if rest:
        raise RuntimeError("the blocks of `sluice split` end within one")


def splitting(job: dict):
    """The first stage: pieces of files to blocks, and a tally of each piece."""

    def run(batches):
        import pyarrow

        program = Program(job)
        schema = pyarrow.schema([("part", pyarrow.int32()), ("day", pyarrow.string()), ("data", pyarrow.binary())])

        def batch(rows):
            parts, days, data = zip(*rows)
            return pyarrow.RecordBatch.from_arrays(
                [pyarrow.array(parts, pyarrow.int32()), pyarrow.array(days), pyarrow.array(data, pyarrow.binary())], schema=schema
            )

        with tempfile.TemporaryDirectory() as folder:
            tally = os.path.join(folder, "tally")
            for day, name, offset, chunks in stretches(job, batches):
                rows, size = [], 0
                for part, block in blocks_of(program.split(day, name, offset, chunks, tally)):
                    rows.append((part, day, block))
                    size += len(block)
                    if size >= 4 << 20:
                        yield batch(rows)
                        rows, size = [], 0
                with open(tally, "rb") as file:
                    rows.append((-1, day, file.read()))
                yield batch(rows)

    return run


def counting(job: dict):
    """The second stage: the blocks of a partition to a part. Tallies go through."""

    def run(batches):
        from pyspark import TaskContext

        program = Program(job)
        tallies = []
        with tempfile.TemporaryDirectory() as folder:
            several = len(job["days"]) > 1
            seen = set()

            def blocks():
                for batch in batches:
                    for part, day, data in zip(batch.column("part"), batch.column("day"), batch.column("data")):
                        if part.as_py() < 0:
                            tallies.append(data.as_py())
                        else:
                            seen.add(part.as_py())
                            yield day.as_py(), data.as_buffer()

            what = f"part of partition {TaskContext.get().partitionId()}"
            output = os.path.join(folder, "part")
            if several:
                # Each log day's blocks in a file of their own: the days are read one after another.
                files = {}
                for day, block in blocks():
                    if day not in files:
                        files[day] = open(os.path.join(folder, day), "wb")
                    files[day].write(block)
                for file in files.values():
                    file.close()
                if seen:
                    yield results([("part", program.part(output, [], [os.path.join(folder, "{date}")], None, what))])
            else:
                stream = (block for _, block in blocks())
                first = next(stream, None)
                if first is not None:

                    def chunks():
                        yield first
                        yield from stream

                    yield results([("part", program.part(output, chunks(), ["-"], None, what))])
        if tallies:
            yield results([("tally", tally) for tally in tallies])

    return run


def counting_whole(job: dict):
    """Without a shuffle: the files of a partition to a part."""

    def run(batches):
        from pyspark import TaskContext

        program = Program(job)
        what = f"part of partition {TaskContext.get().partitionId()}"
        with tempfile.TemporaryDirectory() as folder:
            # Under numbers, with the ends of their names, which tell formats.
            count = 0
            for day, name, _, chunks in stretches(job, batches):
                end = re.search(r"((?:\.[A-Za-z0-9]+){0,2})$", name).group(1)
                count += 1
                kind = "own" if name in job["own"] else "other"
                os.makedirs(os.path.join(folder, kind, day), exist_ok=True)
                place = os.path.join(folder, kind, day, f"{count:06}{end}")
                if isinstance(chunks, io.FileIO):
                    os.symlink(chunks.name, place)
                    continue
                with open(place, "wb") as file:
                    for chunk in chunks:
                        file.write(chunk)
            if count:
                # The second path names two days, as those of its files do: guards.outsideDay looks at the files of the first alone.
                paths = [os.path.join(folder, "own", "{date}", "*"), os.path.join(folder, "other", "{{date},{date+1}.none}", "*")]
                yield results([("part", program.part(os.path.join(folder, "part"), [], paths, None, what))])

    return run


def results(rows):
    import pyarrow

    kinds, data = zip(*rows)
    return pyarrow.RecordBatch.from_arrays(
        [pyarrow.array(kinds), pyarrow.array(data, pyarrow.binary())], names=["kind", "data"]
    )


# --- On the driver ----------------------------------------------------------------------------------------------------------


def run(binary: str, words: list, **options) -> subprocess.CompletedProcess:
    """Runs `sluice` here; what it says is shown. Its failure is the job's."""
    result = subprocess.run([binary, *words], **options)
    if result.returncode not in (0, 66, 70, 76):
        raise Refused(f"sluice {words[0]} ended with exit code {result.returncode}", result.returncode)
    return result


def substituted(pattern: str, day: str) -> str:
    """A pattern with `{date}`, `{date+1}`, `{date-1}` … put in."""
    import datetime

    def put(match):
        return str(datetime.date.fromisoformat(day) + datetime.timedelta(days=int(match.group(1) or 0)))

    return re.sub(r"\{date([+-]\d+)?\}", put, pattern)


def are_local(arguments) -> bool:
    """Whether `--input` names files of this machine's file systems, which the binary finds as it finds a night's logs."""
    return bool(arguments.input) and arguments.format not in COLUMNAR and not any(map(has_scheme, arguments.input))


def listed(binary: str, arguments, parts: int, work: str, paths: list) -> tuple:
    """The log days of the night, its log files as (day, path, whether the path names that day alone), and the bot filter's lists, as
    the binary finds them; `listing` in `work` is the tally of how."""
    words = ["split", "--list", "--config", arguments.config, "--date", arguments.date, "--state", arguments.state]
    words += ["--parts", str(parts), "--tally", os.path.join(work, "listing"), *paths]
    text = run(binary, words, stdout=subprocess.PIPE).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    days = [row["date"] for row in rows if row["kind"] == "day"]
    logs = [(row["date"], row["path"], row["own"] == "yes") for row in rows if row["kind"] == "log"]
    return days, logs, sorted({row["path"] for row in rows if row["kind"] == "list"})


def planned(spark, binary: str, arguments, parts: int, work: str) -> tuple:
    """The night's log days; its files as (day, name in quality.json, URI); the names of those whose paths name their day alone; and
    the bot filter's lists."""
    if not arguments.input or are_local(arguments):
        # Found as on one machine: a log that lies there twice is read once.
        days, logs, lists = listed(binary, arguments, parts, work, arguments.input or [])
        return days, [(day, path, local_uri(path)) for day, path, _ in logs], {path for _, path, own in logs if own}, lists
    # A file that is there on every day: all days that may be needed.
    mark = os.path.join(work, "mark")
    open(mark, "w").close()
    days, _, lists = listed(binary, arguments, parts, work, [mark])
    if arguments.format in COLUMNAR:
        return days, [], set(), lists
    files, own = remote_logs(spark, arguments, days)
    # As on one machine: without the days that are needed only if an earlier one has a log.
    os.mkdir(os.path.join(work, "marks"))
    for day in {day for day, _, _ in files}:
        open(os.path.join(work, "marks", day), "w").close()
    days, logs, lists = listed(binary, arguments, parts, work, [os.path.join(work, "marks", "{date}")])
    wanted = {day for day, _, _ in logs}
    return days, [file for file in files if file[0] in wanted], own, lists


def bundled(path: str, arguments, lists: list) -> str:
    """Packs what executors need beside the binary: the configuration, the lists, the journal, and how far days were counted."""
    import hashlib

    with tarfile.open(path, "w") as archive:

        def add(name: str, content: bytes) -> None:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))

        with open(arguments.config, "rb") as file:
            add("sluice-configuration.json5", file.read())
        for name in lists:
            if os.path.isabs(name) or name.startswith(".."):
                continue  # Executors look for it where it is here.
            if os.path.exists(name):
                archive.add(name, arcname=os.path.normpath(name), recursive=False)
        journal = os.path.join(arguments.state, "allocations", "served.csv")
        if os.path.exists(journal):
            archive.add(journal, arcname="sluice-state/allocations/served.csv")
        days = os.path.join(arguments.state, "statistics")
        for day in sorted(os.listdir(days)) if os.path.isdir(days) else []:
            quality = os.path.join(days, day, "quality.json")
            if day.startswith("date=") and os.path.exists(quality):
                with open(quality, "rb") as file:
                    found = re.search(rb'"through" : "[0-9-]{10}"', file.read())
                add(f"sluice-state/statistics/{day}/quality.json", b"{" + (found.group(0) if found else b"") + b"}")
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def local_uri(path: str) -> str:
    return "file://" + os.path.abspath(path)


def escaped(path: str) -> str:
    """A path in which Hadoop finds no pattern."""
    return re.sub(r"([\\*?\[\]{},^])", r"\\\1", path)


def has_scheme(path: str) -> bool:
    return re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:/", path) is not None


def remote_files(spark, pattern: str) -> list:
    """The files that a pattern of a Hadoop file system matches, in byte order."""
    path = spark._jvm.org.apache.hadoop.fs.Path(pattern)
    system = path.getFileSystem(spark._jsc.hadoopConfiguration())
    found = system.globStatus(path) or []
    return sorted((status.getPath().toString() for status in found if status.isFile()), key=lambda name: name.encode())


def remote_logs(spark, arguments, days: list) -> tuple:
    """The files of `--input`: (day, name in quality.json, URI), and the names of those whose pattern names the day alone."""
    files, own = [], set()
    for day in days:
        known = set()
        for template in arguments.input:
            pattern = substituted(template, day)
            if has_scheme(pattern):
                found = [(name, name) for name in remote_files(spark, pattern)]
            else:
                # As quality.json would have it.
                import glob

                names = sorted((name for name in glob.glob(pattern) if os.path.isfile(name)), key=lambda name: name.encode())
                found = [(name, local_uri(name)) for name in names]
            files += [(day, name, uri) for name, uri in found if uri not in known and not known.add(uri)]
            if set(re.findall(r"\{date([^}]*)\}", template)) == {""}:
                own.update(name for name, _ in found)
    return files, own


def pieces(spark, files: list, arguments) -> tuple:
    """Data frames of the night's files with columns day, name, offset, whole and data, one for each part without a shuffle; the
    files that are empty, which Spark passes over; and the bytes of those that come by lines."""
    from pyspark.sql import functions as F

    if not files:
        return [], [], {}
    uris = sorted({uri for _, _, uri in files})
    # The sizes, by the file systems themselves; no content is read.
    sizes = {}
    listing = spark.read.format("binaryFile").load([escaped(uri) for uri in uris]).select("path", "length")
    for row in listing.collect():
        sizes[plain(row["path"])] = row["length"]
    whole, by_line, empty = [], [], []
    for day, name, uri in files:
        size = sizes.get(plain(uri))
        if size is None and length_of(spark, name, uri) > 0:
            raise Refused(f"{name}: Spark does not read it, whose name begins with a dot or an underscore, perhaps; rename it", 74)
        if not size:
            empty.append((day, name))
        elif size <= arguments.whole_file * MEBIBYTE or not may_be_cut(name, uri):
            if size > LARGEST_VALUE:
                raise Refused(
                    f"{name}: {size} bytes, and only files of one object a line, named .jsonl or .ndjson, can be read in pieces; "
                    "cut it into files of less than 2 GB", 65)
            whole.append((day, name, uri))
        else:
            by_line.append((day, name, uri))

    def frame(group, is_whole: bool):
        day = group[0][0]
        uris = [escaped(uri) for _, _, uri in group]
        if is_whole:
            data, offset = F.col("content"), F.lit(0).cast("long")
            source = spark.read.format("binaryFile").load(uris)
        else:
            # "\n" alone: a carriage return belongs to its line.
            source = spark.read.option("lineSep", "\n").text(uris)
            data, offset = F.col("value").cast("binary"), F.col("_metadata.file_block_start")
        return source.select(
            F.lit(day).alias("day"), F.col("_metadata.file_path").alias("name"), offset.alias("offset"),
            F.lit(is_whole).alias("whole"), data.alias("data"),
        )

    frames = []
    for group, is_whole in ((whole, True), (by_line, False)):
        for day in sorted({day for day, _, _ in group}):
            own = [file for file in group if file[0] == day]
            if not arguments.no_shuffle:
                frames.append(frame(own, is_whole))
                continue
            groups = {}
            for file in own:
                groups.setdefault(part_key(file[1], arguments.group), []).append(file)
            frames += [(key, frame(files, is_whole)) for key, files in sorted(groups.items())]
    if not arguments.no_shuffle:
        return frames, empty, {name: sizes[plain(uri)] for _, name, uri in by_line}
    # The log days of a part together.
    parts = {}
    for key, one in frames:
        parts[key] = parts[key].unionByName(one) if key in parts else one
    return [one.coalesce(1) for one in parts.values()], [], {}


def may_be_cut(name: str, uri: str) -> bool:
    """Whether a file can be read in pieces, line by line: by its name, and by how it begins where it can be opened here. A list of
    objects, one over several lines, or compressed bytes under such a name are not."""
    if not re.search(r"\.(jsonl|ndjson)$", name.lower()):
        return False
    if not uri.startswith("file:"):
        return True
    try:
        with open(plain(uri), "rb") as file:
            head = file.read(1 << 20).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return True  # Reading it will say what is wrong.
    if head.startswith((b"[", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return False
    lines = [line.strip() for line in head.split(b"\n")]
    return len(lines) == 1 or any(line.startswith(b"{") and line.endswith(b"}") for line in lines)


def local_pieces(files: list, arguments) -> tuple:
    """The night's files as lists of pieces, (day, name, path, start, end), a list for each task; and the files that are empty.
    Without an end a piece is a whole file."""
    pieces, empty, groups = [], [], {}
    largest = max(1, arguments.whole_file) * MEBIBYTE
    room = 0
    for day, name, uri in files:
        path = plain(uri)
        try:
            size = os.path.getsize(path)
        except OSError as error:
            raise Refused(f"{name}: {error.strerror}; give a path that the driver and the executors can read", 74) from error
        if size == 0:
            empty.append((day, name))
        elif arguments.no_shuffle:
            groups.setdefault(part_key(name, arguments.group), []).append((day, name, path, 0, None))
        elif size > largest and may_be_cut(name, uri):
            pieces += [[(day, name, path, start, min(start + largest, size))] for start in range(0, size, largest)]
            room = 0
        elif size <= room:
            # Small files share a task.
            pieces[-1].append((day, name, path, 0, None))
            room -= size
        else:
            pieces.append([(day, name, path, 0, None)])
            room = (largest >> 1) - size
    return (list(groups.values()), []) if arguments.no_shuffle else (pieces, empty)


def length_of(spark, name: str, uri: str) -> int:
    from py4j.protocol import Py4JJavaError

    path = spark._jvm.org.apache.hadoop.fs.Path(uri)
    try:
        return path.getFileSystem(spark._jsc.hadoopConfiguration()).getFileStatus(path).getLen()
    except Py4JJavaError as error:
        raise Refused(f"{name}: {error.java_exception.getMessage()}; give a path that the driver and the executors can read", 74)


def tally_of_nothing(binary: str, arguments, day: str, name: str, parts: int, work: str) -> bytes:
    """What `sluice split` says of a file that is empty."""
    tally = os.path.join(work, "tally-of-nothing")
    words = ["split", "--config", arguments.config, "--date", day, "--parts", str(parts), "--tally", tally, "--name", name, "-"]
    run(binary, words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with open(tally, "rb") as file:
        return file.read()


def part_key(name: str, pattern: str | None) -> str:
    """What of a file's name tells the part that it belongs to."""
    if pattern is None:
        return name
    found = re.search(pattern, name)
    if found is None:
        raise Refused(f"{name}: --group '{pattern}' does not match it", 64)
    return found.group(1) if found.groups() else found.group(0)


def plain(uri: str) -> str:
    """A URI without what Spark writes now one way, now another."""
    from urllib.parse import unquote

    return re.sub(r"^file:/+", "/", unquote(uri))


def table(spark, kind: str, name: str):
    """A table by Spark's reader, or by its files where Spark has none of its kind."""
    from pyspark.errors import AnalysisException

    location = name if has_scheme(name) else local_uri(name)
    try:
        if kind == "iceberg" and not ("/" in name or ":" in name):
            return spark.read.table(name)
        return spark.read.format(kind).load(location)
    except AnalysisException as error:
        raise Refused(f"{name}: {error}", 74) from error
    except Exception as error:
        if kind not in ("delta", "iceberg") or "DATA_SOURCE_NOT_FOUND" not in str(error):
            raise
    import lake_tables

    try:
        return lake_tables.read(spark, kind, location)
    except lake_tables.Unreadable as unreadable:
        raise Refused(str(unreadable), 74) from unreadable


def rows_as_lines(spark, arguments, days: list) -> list:
    """The rows of tables as lines of JSON: times in UTC to the microsecond, what is null left out."""
    from pyspark.sql import functions as F

    options = {
        "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
        "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
        "ignoreNullFields": "true",
    }
    frames = []
    for day in days:
        for pattern in arguments.input:
            name = substituted(pattern, day)
            source = table(spark, arguments.format, name)
            if arguments.where:
                source = source.where(substituted(arguments.where, day))
            line = F.to_json(F.struct(*[F.col(f"`{column}`") for column in source.columns]), options).cast("binary")
            frames.append(
                source.select(
                    F.lit(day).alias("day"), F.lit(name + ".jsonl").alias("name"),
                    F.spark_partition_id().cast("long").alias("offset"), F.lit(False).alias("whole"), line.alias("data"),
                )
            )
    return frames


def union(frames: list):
    result = frames[0]
    for frame in frames[1:]:
        result = result.unionByName(frame)
    return result


def message(error: BaseException) -> Refused:
    """What a part said that failed, out of what Spark says of it."""
    found = re.search(r"<sluice exit (-?\d+)>(.*?)</sluice>", str(error), re.DOTALL)
    if found:
        code = int(found.group(1))
        return Refused(found.group(2).strip(), code if 64 <= code <= 78 else 74)
    return Refused(f"Spark: {error}", 74)


def results_of(spark, binary: str, arguments, job: dict, days: list, files: list, work: str):
    """Runs the job; yields (kind, bytes) of parts and tallies."""
    job["names"] = {plain(uri): name for _, name, uri in files}
    job["pieces"], job["lengths"] = None, {}
    if arguments.format in COLUMNAR:
        frames, empty = rows_as_lines(spark, arguments, days), []
    elif arguments.read_with == "open" or (arguments.read_with is None and all(uri.startswith("file:") for _, _, uri in files)):
        job["pieces"], empty = local_pieces(files, arguments)
        count = len(job["pieces"])
        frames = [spark.range(0, count, 1, count)] if count else []
    else:
        frames, empty, job["lengths"] = pieces(spark, files, arguments)
    for day, name in empty:
        yield "tally", tally_of_nothing(binary, arguments, day, name, job["parts"], work)
    if not frames:
        return
    schema = "kind string, data binary"
    if arguments.no_shuffle:
        found = union(frames).mapInArrow(counting_whole(job), schema)
    else:
        blocks = union(frames).mapInArrow(splitting(job), "part int, day string, data binary")
        # Tallies, -1, spread over the partitions: they only pass through.
        from pyspark.sql import functions as F

        target = F.when(F.col("part") < 0, F.pmod(F.xxhash64("data"), F.lit(job["parts"])).cast("int")).otherwise(F.col("part"))
        blocks = blocks.withColumn("target", target)
        if hasattr(blocks, "repartitionById"):
            blocks = blocks.repartitionById(job["parts"], "target")
        else:
            blocks = blocks.repartition(job["parts"], "target")
        found = blocks.select("part", "day", "data").mapInArrow(counting(job), schema)
    for row in found.collect():
        yield row["kind"], bytes(row["data"])


def shipped() -> str:
    """A folder that is there until this program ends."""
    global _shipped
    if _shipped is None:
        _shipped = tempfile.TemporaryDirectory(prefix="sluice-shipped-")
    return _shipped.name


_shipped = None


def night(spark, arguments) -> int:
    binary = shutil.which(arguments.sluice) or arguments.sluice
    if not os.access(binary, os.X_OK):
        raise Refused(f"{arguments.sluice}: no program; name the static release binary with --sluice", 64)
    context = spark.sparkContext
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # Pieces of files come by their bytes, not by their number.
    spark.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", str(32 << 20))
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "100000")
    # As many parts as were asked for, however small they are.
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    # Without a shuffle each frame of a union is a part.
    spark.conf.set("spark.sql.unionOutputPartitioning", "false")
    with tempfile.TemporaryDirectory(prefix="sluice-night-") as work:
        count = arguments.parts or max(1, context.defaultParallelism)
        days, files, own, lists = planned(spark, binary, arguments, count, work)
        # Names of their own, for executors keep the files of earlier nights of a session; and files that stay as long as it does,
        # for an executor that comes later asks for all of them.
        name = uuid.uuid4().hex
        bundle, program = (os.path.join(shipped(), f"{name}-{end}") for end in (BUNDLE, "sluice"))
        digest = bundled(bundle, arguments, lists)
        shutil.copy(binary, program)
        context.addFile(bundle)
        context.addFile(program)
        options = ["--audit"] if arguments.audit else []
        if arguments.memory:
            options += ["--memory", arguments.memory]
        job = {
            "bundle": os.path.basename(bundle), "digest": digest, "binary": os.path.basename(program),
            "config": "sluice-configuration.json5", "state": "sluice-state", "date": arguments.date, "days": days,
            "parts": count, "part_options": options, "own": own,
        }
        parts, tallies = [], os.path.join(work, "tallies")
        try:
            with open(tallies, "wb") as file:
                if not arguments.no_shuffle and arguments.format not in COLUMNAR:
                    with open(os.path.join(work, "listing"), "rb") as listing:
                        file.write(listing.read())
                for kind, data in results_of(spark, binary, arguments, job, days, files, work):
                    if kind == "tally":
                        file.write(data)
                    else:
                        parts.append(os.path.join(work, f"part-{len(parts)}"))
                        with open(parts[-1], "wb") as part:
                            part.write(data)
        except Refused:
            raise
        except Exception as error:
            raise message(error) from error
        if not parts:
            # No event anywhere: a part of nothing, so that the night says so as on one machine.
            empty = os.path.join(work, "empty")
            words = ["statistics", "--config", arguments.config, "--date", arguments.date, "--state", arguments.state, *options]
            run(binary, [*words, "--part", empty, "--quiet", os.path.join(work, "none-{date}-*")])
            parts.append(empty)
        words = ["--config", arguments.config, "--date", arguments.date, "--state", arguments.state]
        merge = ["merge", *words, *(["--audit"] if arguments.audit else []), *(["--tally", tallies] if os.path.getsize(tallies) else [])]
        code = run(binary, [*merge, *parts]).returncode
        if arguments.no_allocate:
            return code
        return max(code, run(binary, ["allocate", *words, *(["--accept"] if arguments.accept else [])]).returncode)


def parsed(words: list):
    parser = argparse.ArgumentParser(prog="nightly.py", description=__doc__.split("\n")[0])
    parser.add_argument("--config", required=True, help="the pipeline's configuration; its relative paths are shipped with the job")
    parser.add_argument("--date", required=True, help="the night's day, like 2026-11-20")
    parser.add_argument("--state", default="state", help="the state directory, on the driver")
    parser.add_argument("--input", nargs="+", help="where the logs are, in place of the configuration's paths: paths or URIs of any Hadoop file system, {date} in them")
    parser.add_argument("--format", default="text", choices=["text", *sorted(COLUMNAR)], help="text: JSON Lines and CSV, also .gz and .zst")
    parser.add_argument("--where", help="of a table: a condition in SQL, {date} in it")
    parser.add_argument("--no-shuffle", action="store_true", help="the logs are keyed by visitor: each file, or --group of files, is a part")
    parser.add_argument("--group", help="with --no-shuffle: a pattern whose first group tells which files are of one part, like 'partition=(\\d+)'")
    parser.add_argument("--parts", type=int, help="how many parts (default: Spark's default parallelism)")
    parser.add_argument("--sluice", default="sluice", help="the program, shipped to the executors")
    parser.add_argument("--memory", help="what a part may take on an executor, like 512M")
    parser.add_argument("--whole-file", type=int, default=WHOLE_FILE >> 20, metavar="MIB", help="files up to this size are read by one task, .jsonl files above it in pieces (default: %(default)s)")
    parser.add_argument("--read-with", choices=["open", "spark"], help="open: executors open files themselves, which must lie there under the same path; spark: its readers (default: open for paths, spark for URIs)")
    parser.add_argument("--audit", action="store_true", help="also write bots.csv")
    parser.add_argument("--accept", action="store_true", help="publish a table that guards would hold")
    parser.add_argument("--no-allocate", action="store_true", help="stop before the table")
    arguments = parser.parse_args(words)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", arguments.date):
        parser.error(f"--date is '{arguments.date}'; give a day like 2026-11-20")
    if arguments.format in COLUMNAR and not arguments.input:
        parser.error(f"--format {arguments.format} needs --input")
    return arguments


def main(words: list) -> int:
    arguments = parsed(words)
    from pyspark.sql import SparkSession

    # The workers' Python must be the driver's where none is named.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.appName(f"sluice {arguments.date}").getOrCreate()
    try:
        return night(spark, arguments)
    except Refused as refused:
        print(f"nightly.py: {refused}; nothing was published", file=sys.stderr)
        return refused.code
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
