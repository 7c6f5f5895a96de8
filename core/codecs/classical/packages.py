"""Optional packages that bring encoders: whether they are there, and in which version."""

from importlib import metadata, util


def absent(module: str, package: str) -> str:
    """Empty when `module` can be imported; otherwise the sentence that says what to install."""
    if util.find_spec(module) is not None:
        return ""
    return f"the package {package} is not installed; `pip install {package}` brings it."


def version(package: str) -> str:
    """The name and installed version of `package`, "not installed" without one."""
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return "not installed"
