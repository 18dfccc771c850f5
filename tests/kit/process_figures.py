"""What a process takes, as Linux tells it."""

from pathlib import Path


def memory_mb(pid: int | str) -> dict[str, float]:
    """RSS in MB and, where the system tells it, "anonymous": the part of it that no file backs."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").replace("VmRSS", "Rss")
    wanted = ("Rss", "Anonymous")
    lines = (line.partition(":") for line in text.splitlines())
    return {
        name.lower(): float(rest.split()[0]) / 1024 for name, _, rest in lines if name in wanted
    }


def count_descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))
