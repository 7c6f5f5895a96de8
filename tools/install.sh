#!/bin/sh
# Installs the packages that file $2 names into the virtual environment $1: by uv where it can be had, else by pip.
set -eu
venv=$1 requirements=$2

uv=$(command -v uv || echo "$venv/bin/uv")
if ! "$uv" --version >/dev/null 2>&1; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check uv >/dev/null 2>&1 || true
fi
if "$uv" --version >/dev/null 2>&1; then
    "$uv" pip install -q --compile-bytecode --python "$venv/bin/python" -r "$requirements" && exit 0
    echo "uv did not succeed; trying pip." >&2
fi
"$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$requirements"
