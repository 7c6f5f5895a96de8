#!/bin/sh
# Makes a virtual environment of Python 3.11 in $1: with the python3.11 of this machine, or with one that uv brings.
# TensorFlow Compression has wheels for CPython 3.9–3.11 on Linux x86-64 only, hence this one version.
set -u
venv=$1
refuse() { echo "error: $1" >&2; exit 1; }

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
    refuse "TensorFlow Compression has wheels for Linux x86-64 only; use the Dockerfile here (see README.md)."

for python in python3.11 python3; do
    if command -v $python >/dev/null 2>&1 && [ "$($python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = 3.11 ]; then
        $python -m venv "$venv" 2>/dev/null && exit 0
        rm -rf "$venv"
    fi
done

echo "No Python 3.11 with venv here; getting one through uv." >&2
helper=$(mktemp -d) && trap 'rm -rf "$helper"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$helper" uv 2>/dev/null ||
    python3 -m pip install -q --disable-pip-version-check --break-system-packages --target "$helper" uv 2>/dev/null
"$helper/bin/uv" venv -q --seed --python 3.11 "$venv" 2>/dev/null && exit 0
rm -rf "$venv"
refuse "Python 3.11 is needed: install python3.11 with python3.11-venv (or uv) and run the same command again."
