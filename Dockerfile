# Encore's image: the web service by default; `python -m service …` and `python -m training …` too.
# It needs a PostgreSQL and a Redis of its own; deploy/compose.yaml brings both.
# Runs as a number, on a read-only root file system, with a temporary /tmp.

FROM python:3.11-slim-bookworm AS build
COPY requirements/serve.txt /build/serve.txt
RUN python -m venv /opt/encore \
    && /opt/encore/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary=:all: --no-deps -r /build/serve.txt
COPY models /srv/encore/models
COPY service /srv/encore/service
COPY training /srv/encore/training
# The root file system cannot be written to later, so bytecode is made now.
RUN python -m compileall -q /srv/encore

FROM python:3.11-slim-bookworm
# OpenMP, which the training needs; Debian's stable release only mends it, so no version is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 /var/lib/encore /var/lib/encore/bundles
COPY --from=build /opt/encore /opt/encore
COPY --from=build /srv/encore /srv/encore
WORKDIR /srv/encore
ENV PATH=/opt/encore/bin:$PATH \
    PYTHONPATH=/srv/encore \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENCORE_BUNDLES=/var/lib/encore/bundles \
    NUMBA_CACHE_DIR=/var/lib/encore/compiled \
    PROMETHEUS_MULTIPROC_DIR=/tmp/encore-metrics \
    MPLCONFIGDIR=/tmp/encore-charts
USER 10001:10001
EXPOSE 8080
# Whether the process lives, not whether its stores do: a restart would not bring those back.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/livez', timeout=2)"]
CMD ["python", "-m", "gunicorn", "-c", "service/gunicorn_conf.py", "--bind", "0.0.0.0:8080", "service.wsgi:app()"]
