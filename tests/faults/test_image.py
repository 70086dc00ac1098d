"""The image's own command, as the image runs it: as a number, with nothing writable but /tmp."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from service import embedded
from service.demo import asker, make_demo
from tests.faults.machine import ROOT, free_port, wait_for

USER = 10001
DOCKERFILE = (ROOT / "Dockerfile").read_text()
MAY_UNSHARE = (
    sys.platform.startswith("linux")
    and os.geteuid() == 0
    and subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0
)
UNDER_TMP = any(Path(path).is_relative_to("/tmp") for path in (ROOT, sys.prefix, sys.base_prefix))
pytestmark = [
    pytest.mark.skipif(not MAY_UNSHARE, reason="needs root with its own mount namespace"),
    pytest.mark.skipif(
        UNDER_TMP, reason="its empty /tmp would hide this checkout; clone elsewhere"
    ),
]

READ_ONLY_ROOT = """
set -euf
IFS='
'
mount -t tmpfs tmpfs /tmp
keep=0
for path in $OPEN; do  # what this test needs of folders that are closed to others, such as /root
    mkdir /tmp/keep$keep && mount --rbind "$path" /tmp/keep$keep && keep=$((keep + 1))
done
for folder in $CLOSED; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
keep=0
for path in $OPEN; do
    mkdir -p "$path" && mount --rbind /tmp/keep$keep "$path" && umount -l /tmp/keep$keep
    rmdir /tmp/keep$keep && keep=$((keep + 1))
done
awk '{ print $5 }' /proc/self/mountinfo | while read -r point; do
    case $point in /tmp | /proc* | /sys* | /dev*) continue ;; esac
    mount -o remount,bind,ro "$(printf '%b' "$point")"
done
if touch "$WORK/x" 2>/dev/null || touch /var/tmp/x 2>/dev/null; then exit 99; fi
cd "$WORK"
exec setpriv --reuid "$AS" --regid "$AS" --clear-groups --no-new-privs --bounding-set=-all \
    env --ignore-environment "$@"
"""


def stated(instruction: str) -> list[str]:
    """The exec form of CMD or of HEALTHCHECK's CMD."""
    found = re.findall(rf"^{instruction} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    command: list[str] = json.loads(found[-1])
    return command


def environment() -> dict[str, str]:
    """What ENV sets."""
    (block,) = re.findall(r"^ENV ((?:.*\\\n)*.*)", DOCKERFILE, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in shlex.split(block.replace("\\\n", " ")))


def closed_folders(paths: list[str]) -> list[str]:
    """The outermost folder above each path that does not let others pass, if there is one."""
    closed = []
    for path in paths:
        for folder in reversed(Path(path).parents):
            if not folder.stat().st_mode & 0o001:
                closed.append(str(folder))
                break
    return closed


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def stores(filled: Path, no_machine: None) -> Iterator[dict[str, str]]:
    """The two stores outside of the container, reachable for its user: their URLs."""
    ledger = embedded.start_postgres(filled / "postgres")
    memory = embedded.start_redis(filled / "redis")
    for folder in (filled.parent, filled, filled / "postgres", filled / "redis"):
        folder.chmod(0o711)
    (filled / "redis" / "redis.sock").chmod(0o777)
    subprocess.run(["chmod", "-R", "o+rX", str(filled / "bundles")], check=True)
    yield {"ENCORE_DATABASE_URL": ledger.url, "ENCORE_REDIS_URL": memory.url}
    memory.stop()
    ledger.stop()


def test_it_serves_from_a_read_only_root_as_an_unknown_user(
    filled: Path, stores: dict[str, str], tmp_path: Path
) -> None:
    """Suggestions are made and recorded, the health check passes, SIGTERM ends it in order."""
    port = free_port()
    needed = list(dict.fromkeys([sys.base_prefix, sys.prefix, str(ROOT)]))
    closed = closed_folders(needed)
    opened = [path for path in needed if any(path.startswith(f"{over}/") for over in closed)]
    set_in_image = {
        **environment(),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "ENCORE_BUNDLES": str(filled / "bundles"),
        "HOME": "/nonexistent",
        "WEB_CONCURRENCY": "2",
        **stores,
    }
    log = tmp_path / "log"
    command = [word.replace(":8080", f":{port}") for word in stated("CMD")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", READ_ONLY_ROOT, "sh",
             *(f"{name}={value}" for name, value in set_in_image.items()), *command],
            stdout=output, stderr=output,
            env={"PATH": os.environ["PATH"], "AS": str(USER), "WORK": str(ROOT),
                 "OPEN": "\n".join(opened), "CLOSED": "\n".join(dict.fromkeys(closed))},
        )  # fmt: skip
    try:
        wait_for(lambda: process.poll() is not None or answers(port), 30)
        assert process.poll() is None, log.read_text()
        assert Path(f"/proc/{process.pid}").stat().st_uid == USER
        with psycopg.connect(stores["ENCORE_DATABASE_URL"], autocommit=True) as connection:
            now = datetime.now(UTC)
            demo = make_demo(connection, f"http://127.0.0.1:{port}", tmp_path, now)
        answer = asker(demo.url, demo.keys["agent"])(demo.example_request)
        assert answer["decision"] in ("offer", "no_offer"), answer
        assert answer["degraded"] is False
        check = [word.replace(":8080", f":{port}") for word in stated(r"    CMD")]
        subprocess.run([sys.executable, *check[1:]], check=True, timeout=10)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text()
