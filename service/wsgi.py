"""What each worker calls: `gunicorn -c service/gunicorn_conf.py "service.wsgi:app()"`."""

from __future__ import annotations

import os
import sys

from flask import Flask

from service.app import create_app
from service.settings import from_environment

WORKER_BOOT_ERROR = 3
"""gunicorn gives up on this exit status; after any other it would try again for ever."""


def app() -> Flask:
    """The application of one worker, or an end of gunicorn that says what to mend."""
    try:
        return create_app(from_environment(os.environ))
    except SystemExit as wrong:
        print(wrong, file=sys.stderr)
        raise SystemExit(WORKER_BOOT_ERROR) from wrong
