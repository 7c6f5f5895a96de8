# RD Explorer on any machine that runs Linux x86-64 containers, Apple Silicon and Windows included.
#   docker build --platform linux/amd64 -t rd-explorer .
#   docker run --rm --platform linux/amd64 -p 8501:8501 rd-explorer                    # the app
#   docker build --platform linux/amd64 -t rd-explorer-test --target test .
#   docker run --rm --platform linux/amd64 rd-explorer-test                            # make lint test

FROM python:3.11-slim-bookworm AS libraries
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m pip install --no-cache-dir uv && python -m venv /opt/rd-explorer
COPY requirements.txt .
RUN uv pip install --no-cache --compile-bytecode --python /opt/rd-explorer/bin/python -r requirements.txt

FROM libraries AS wheel
WORKDIR /source
COPY . .
RUN uv build --wheel --no-cache -o /wheel . \
    && uv pip install --no-cache --no-deps --compile-bytecode --python /opt/rd-explorer/bin/python /wheel/*.whl

FROM libraries AS test
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        make git chromium-headless-shell fonts-dejavu-core libjpeg-turbo-progs \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 person && install -d -o person /app
USER person
WORKDIR /app
COPY --chown=person . .
RUN make .venv/.installed-dev
CMD ["make", "lint", "test"]

FROM python:3.11-slim-bookworm AS app
RUN useradd --create-home --uid 1000 person
COPY --from=wheel /opt/rd-explorer /opt/rd-explorer
USER person
WORKDIR /home/person
ENV PATH=/opt/rd-explorer/bin:$PATH
EXPOSE 8501
HEALTHCHECK CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen('http://localhost:8501/_stcore/health')"]
CMD ["rd-explorer", "run", "--address", "0.0.0.0", "--server.headless", "true"]
