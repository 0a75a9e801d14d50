# The server as an image: no compiler, no tests, no root; it writes to /data alone, so the rest may be read-only.
# docker build -t ciam .     docker run --read-only -v ciam:/data --env-file ciam.env -p 8000:8000 ciam

# make check compares it with supply_chain/floors.toml. A digest of your registry behind both "-slim" pins the bytes as well.
ARG PYTHON=3.11.15

FROM python:${PYTHON}-slim AS installed
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/ciam
COPY Makefile requirements.txt requirements-uv.txt ./
RUN make setup PYTHON=/usr/local/bin/python3.11
COPY . .
RUN .venv/bin/python -m compileall -q accounts ciam otp signup tenants tokens && .venv/bin/python -m supply_chain.sbom > sbom.cdx.json

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --no-create-home ciam && install -d -o ciam -g ciam -m 0700 /data
COPY --from=installed /srv/ciam /srv/ciam
WORKDIR /srv/ciam
ENV CIAM_DATA_DIR=/data HOST=0.0.0.0 PORT=8000 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER ciam
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD [".venv/bin/python", "-m", "ciam.serve", "web"]
