"""Checks the pinned Python and npm packages for published advisories (osv.dev).

Exits with 1 if there is one, or if the database cannot read the request, and with 0 if it cannot be reached, as behind a proxy
that refuses: then says "not run".
"""

import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

DATABASE = "https://api.osv.dev/v1/querybatch"
ROOT = Path(__file__).parents[1]
TIMEOUT_SECONDS = 30
BAD_REQUEST = 400


def list_packages() -> list[tuple[str, str, str]]:
    """Return ecosystem, name and version of each pinned package."""
    pins = re.findall(
        r"^([\w.-]+)(?:\[\S+\])?==([^\s;]+)", (ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    packages = [("PyPI", name, version) for name, version in pins]
    for lock_file in ("web/package-lock.json", "sandbox/ide/package-lock.json", "tests/protocols/package-lock.json"):
        locked = json.loads((ROOT / lock_file).read_text(encoding="utf-8"))["packages"]
        packages += [("npm", path.rpartition("node_modules/")[2], entry["version"]) for path, entry in locked.items() if path]
    return sorted(set(packages))


def main(database: str) -> int:
    """Print the advisories, and return the exit code."""
    packages = list_packages()
    queries = [{"package": {"ecosystem": ecosystem, "name": name}, "version": version} for ecosystem, name, version in packages]
    # the URL is a constant, except in tests
    request = urllib.request.Request(database, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            results = json.load(response)["results"]
    except urllib.error.HTTPError as error:
        is_our_fault = error.code == BAD_REQUEST
        print(
            f"audit: {'' if is_our_fault else 'not run: '}the advisory database, or a proxy before it, answers with {error.code}"
        )
        return int(is_our_fault)
    except (OSError, ValueError):
        print("audit: not run: no advisory database can be reached")
        return 0
    findings = [
        f"{ecosystem} {name} {version}: {', '.join(advisory['id'] for advisory in result['vulns'])}"
        for (ecosystem, name, version), result in zip(packages, results, strict=True)
        if result.get("vulns")
    ]
    print("\n".join(findings) or f"audit: no advisory for {len(packages)} packages")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or [DATABASE]))
