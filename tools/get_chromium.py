"""Make a Chromium available for the browser tests, and print where it is.

Looks for one that is named by the environment variable CHROMIUM, on the path, or fetched earlier by Playwright.
Without one it tries the system's packages (apt-get, when root), then Playwright's own download.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_TIMEOUT_SECONDS = 900


def find() -> Path | None:
    """The Chromium to use, or None; SystemExit when CHROMIUM names none that is there."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            sys.exit(f"cannot use CHROMIUM={named}: there is no such program")
        return Path(found)
    for name in NAMES:
        found = shutil.which(name)
        if found is not None and runs(Path(found)):
            return Path(found)
    return find_playwright()


def runs(program: Path) -> bool:
    """Whether a program is more than a stub that asks for a snap package."""
    try:
        result = subprocess.run([program, "--version"], capture_output=True, timeout=300, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return result.returncode == 0


def find_playwright() -> Path | None:
    """The Chromium that Playwright has fetched, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def install() -> None:
    """Try the system's packages, then Playwright's download; each says on its own what went wrong."""
    if shutil.which("apt-get") is not None and os.geteuid() == 0:
        print("no Chromium on this machine: installing the package chromium", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        attempt(["apt-get", "update", "-q"], environment)
        attempt(["apt-get", "install", "-qy", "--no-install-recommends", "chromium"], environment)
        if find() is not None:
            return
    print("fetching Playwright's Chromium", flush=True)
    attempt([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def attempt(command: list[str], environment: dict[str, str]) -> None:
    """Run a command and show its output only if it fails."""
    try:
        result = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"{' '.join(command)}: no end after {INSTALL_TIMEOUT_SECONDS} s", file=sys.stderr)
        return
    if result.returncode != 0:
        print(f"{' '.join(command)}:\n{(result.stderr or result.stdout)[-1000:]}", file=sys.stderr)


def main() -> None:
    found = find()
    if found is None:
        install()
        found = find()
    if found is None:
        sys.exit(
            "cannot find a Chromium for the browser tests: install chromium or Google Chrome, "
            "or name one by the environment variable CHROMIUM"
        )
    print(f"Chromium for the browser tests: {found}")


if __name__ == "__main__":
    main()
