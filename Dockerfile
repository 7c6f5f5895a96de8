# For machines without TensorFlow Compression wheels (Apple Silicon, Windows): the same two steps, in Linux x86-64.
#   docker build --platform linux/amd64 -t rd-explorer .
#   docker run --rm --platform linux/amd64 -p 8501:8501 rd-explorer             # make run
#   docker run --rm --platform linux/amd64 rd-explorer make test                # make test
FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends make chromium fonts-dejavu-core libjpeg-turbo-progs \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt requirements-dev.txt Makefile ./
COPY tools tools
RUN make .venv/.installed-dev
COPY . .
EXPOSE 8501
CMD ["make", "run", "ADDRESS=0.0.0.0"]
