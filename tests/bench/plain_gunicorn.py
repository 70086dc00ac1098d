"""gunicorn with threads as it comes, for the peers; arithmetic is held to one thread per worker."""

from __future__ import annotations

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

worker_class = "gthread"
threads = 16
keepalive = 75
control_socket_disable = True
errorlog = "-"
