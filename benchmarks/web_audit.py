"""Lighthouse's marks for the sample page and the page about embedding, from the real servers.

    python -m benchmarks.web_audit [--to results/lighthouse]

On a phone (Lighthouse's slow network and processor) and on a desktop. Prints the marks for
accessibility, best practices and performance and what cost points; exits 1 when accessibility or
best practices are below 95. npm puts Lighthouse, at one version, into var/benchmarks/: nothing of
it belongs to the project. Where npm or Chromium is missing this says so and is skipped.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import SKIPPED
from tests.browser import chromium
from tests.server.servers import ROOT, running

VERSION = "12.8.2"  # the last that runs on Node 18 and 20
FOLDER = ROOT / "var" / "benchmarks" / f"lighthouse-{VERSION}"
PAGES = ("/chat/", "/chat/embed")
DEVICES = {"phone": [], "desktop": ["--preset=desktop"]}
WANTED = {"accessibility": 95, "best-practices": 95, "performance": 0}
"""The least mark for each category; how fast a page is depends on the machine."""


def lighthouse() -> Path:
    """Return Lighthouse's command, fetched if need be; FileNotFoundError where it cannot be had."""
    command = FOLDER / "node_modules" / ".bin" / "lighthouse"
    if command.exists():
        return command
    if not shutil.which("npm"):
        raise FileNotFoundError("npm is not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run([*install, "--prefix", FOLDER, f"lighthouse@{VERSION}"]).returncode:
        raise FileNotFoundError(f"npm could not fetch lighthouse@{VERSION}")
    return command


def audit(command: Path, url: str, device: str) -> dict[str, Any]:
    """Return Lighthouse's report of a page."""
    flags = " ".join(["--headless=new", *chromium.ARGUMENTS])
    options = [f"--only-categories={','.join(WANTED)}", "--output=json", "--quiet"]
    options += ["--no-enable-error-reporting", f"--chrome-flags={flags}", *DEVICES[device]]
    ran = subprocess.run(
        [command, url, *options],
        env={**os.environ, "CHROME_PATH": str(chromium.executable())},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-2000:])
    return dict(json.loads(ran.stdout))


def marks(report: dict[str, Any]) -> dict[str, int]:
    """Return the mark of each category, 0 to 100."""
    return {name: round(100 * report["categories"][name]["score"]) for name in WANTED}


def costs(report: dict[str, Any]) -> list[str]:
    """Return the audits that cost points, by category."""
    return [
        f"{name}: {audit['title']} ({audit.get('displayValue') or audit['score']})"
        for name in WANTED
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"] and (audit := report["audits"][ref["id"]])["score"] not in (None, 1)
    ]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--to", type=Path, help="keep the reports in this folder")
    to = options.parse_args().to
    try:
        if not chromium.executable():
            raise FileNotFoundError(chromium.MISSING)
        command = lighthouse()
    except FileNotFoundError as missing:
        print(f"SKIPPED: {missing}")
        return SKIPPED
    enough = True
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as servers:
        for page in PAGES:
            for device in DEVICES:
                report = audit(command, servers.url + page, device)
                given = marks(report)
                enough &= all(given[name] >= least for name, least in WANTED.items())
                print(f"{page} {device}:", ", ".join(f"{k} {v}" for k, v in given.items()))
                for cost in costs(report):
                    print(f"    {cost}")
                if to:
                    to.mkdir(parents=True, exist_ok=True)
                    name = f"{page.strip('/').replace('/', '-')}-{device}.json"
                    (to / name).write_text(json.dumps(report), encoding="utf-8")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
