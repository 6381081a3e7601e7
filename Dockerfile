# The site, its worker and its commands: docker build -t onelist .
# --target celery adds Celery; --target demo has the stand-in for Asana and needs no settings.
# The digest is that of the tag's image when it was written down; newer: --build-arg PYTHON=…
ARG PYTHON=python:3.11.15-slim-bookworm@sha256:b18992999dbe963a45a8a4da40ac2b1975be1a776d939d098c647482bcad5cba

# hadolint ignore=DL3006
FROM ${PYTHON} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/onelist
COPY requirements.lock ./
RUN python -m venv venv \
    && venv/bin/pip install --require-hashes --only-binary :all: -r requirements.lock

FROM packages AS celery-packages
COPY requirements-celery.lock ./
RUN venv/bin/pip install --require-hashes --only-binary :all: -r requirements-celery.lock

FROM packages AS demo-packages
COPY requirements-demo.lock ./
RUN venv/bin/pip install --require-hashes --only-binary :all: -r requirements-demo.lock

# hadolint ignore=DL3006
FROM ${PYTHON} AS code
ENV PATH=/opt/onelist/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENV_FILE= \
    VAR_DIR=/var/lib/onelist
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin onelist \
    && install -d -o onelist -g onelist -m 0700 /var/lib/onelist
WORKDIR /srv/onelist
# Readable for the user onelist, whatever the umask of the clone
COPY --chmod=755 manage.py LICENSE ./
COPY --chmod=755 config config
COPY --chmod=755 accounts accounts
COPY --chmod=755 asana_tasks asana_tasks
COPY --chmod=755 templates templates
COPY --chmod=755 static static
COPY --chmod=755 scripts/__init__.py scripts/processes.py scripts/web_server.py scripts/
RUN python -m compileall -q .
USER 10001
VOLUME /var/lib/onelist
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "scripts.web_server", "0.0.0.0:8000"]

FROM code AS celery
COPY --from=celery-packages /opt/onelist/venv /opt/onelist/venv

FROM code AS demo
COPY --from=demo-packages /opt/onelist/venv /opt/onelist/venv
COPY --chmod=755 fake_asana fake_asana
COPY --chmod=755 scripts/demo.py scripts/ports.py scripts/secrets_file.py scripts/serve.py scripts/
COPY --chmod=755 .env.example ./
CMD ["python", "-m", "scripts.demo", "/var/lib/onelist"]

FROM code AS site
COPY --from=packages /opt/onelist/venv /opt/onelist/venv
