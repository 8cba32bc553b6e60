# syntax=docker/dockerfile:1

# One image for every command: `viva serve`, `viva jobs`, `viva agent`, `viva recorder`, `viva doctor`, `viva members invite ...`
# (docs/adr/0024-one-image.md). The final stage has neither a compiler nor Node, and nothing of the sandbox.
ARG PYTHON_IMAGE=python:3.11-slim-trixie
ARG NODE_IMAGE=node:22-trixie-slim


# pages are the same for every processor
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web/ ./
RUN npm run build


FROM ${PYTHON_IMAGE} AS packages
# the linter asks for versions of packages: the base image's tag decides them, and security updates must reach a rebuild
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends binutils gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt deploy/image/replace_gpl_codecs.sh /build/
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes --requirement /build/requirements.txt
RUN sh /build/replace_gpl_codecs.sh /opt/venv


FROM ${PYTHON_IMAGE} AS source
# the commit, for `main.py --version` and /healthz
ARG REVISION=""
WORKDIR /app
COPY . .
COPY --from=web /web/dist /tmp/dist
RUN rm -rf web requirements.txt deploy/image/replace_gpl_codecs.sh \
    && mkdir web \
    && mv /tmp/dist web/dist \
    && printf %s "$REVISION" > REVISION \
    && python -m compileall -q . -x deploy


FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Viva" \
    org.opencontainers.image.description="AI job interviews" \
    org.opencontainers.image.licenses="Apache-2.0"
# Pango and a font are for reports as PDF, tini for deploy/image/viva.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin viva \
    && install --directory --owner=viva --group=viva /var/lib/viva/recordings \
    && ln -s /app/deploy/image/viva /usr/local/bin/viva
COPY --from=packages /opt/venv /opt/venv
COPY --from=source /app /app
# API_HOST and WORKER_HOST are all interfaces, because the container's network is the boundary. Nothing is written but to /tmp
# and, if RECORDING_STORE names it, to /var/lib/viva/recordings.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    API_HOST=0.0.0.0 \
    WORKER_HOST=0.0.0.0 \
    WORKER_HEALTH_PORT=8081
WORKDIR /app
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s CMD ["python", "-I", "-S", "/app/deploy/image/healthcheck.py"]
CMD ["viva", "serve"]
