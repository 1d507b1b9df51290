#!/usr/bin/env python3
"""Bill of materials (CycloneDX 1.5, JSON) of the released binary, from what cargo resolved: every crate that is compiled into it or
builds it, with licence, checksum and what it depends on. Reads `cargo metadata --locked` and Cargo.lock; asks nobody."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def metadata(target: str) -> dict:
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def checksums() -> dict:
    text = (ROOT / "Cargo.lock").read_text()
    entry = re.compile(r'name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "([0-9a-f]{64})"')
    return {(name, version): checksum for name, version, checksum in entry.findall(text)}


def purl(package: dict) -> str:
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package: dict, sums: dict) -> dict:
    made = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package["license"]:
        # Cargo once took a slash for "or".
        made["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if package["repository"]:
        made["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    checksum = sums.get((package["name"], package["version"]))
    if checksum:
        made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return made


def main() -> None:
    target = sys.argv[1]
    found = metadata(target)
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    root = next(id for id in found["workspace_members"] if packages[id]["name"] == "server")

    def needs(id: str) -> list:
        kept = [dep["pkg"] for dep in nodes[id]["deps"] if any(kind["kind"] != "dev" for kind in dep["dep_kinds"])]
        return sorted(kept)

    seen, waiting = {root}, [root]
    while waiting:
        for id in needs(waiting.pop()):
            if id not in seen:
                seen.add(id)
                waiting.append(id)
    sums = checksums()
    ordered = sorted(seen, key=lambda id: (packages[id]["name"], packages[id]["version"]))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {**component(packages[root], sums), "type": "application", "name": "latchkey"},
            "properties": [{"name": "cargo:target", "value": target}],
        },
        "components": [component(packages[id], sums) for id in ordered if id != root],
        "dependencies": [
            {"ref": purl(packages[id]), "dependsOn": sorted({purl(packages[need]) for need in needs(id)})}
            for id in ordered
        ],
    }
    json.dump(bill, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
