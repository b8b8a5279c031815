"""Reads a dashboard with Grafana's own classes, and writes it again: what is lost, or changed, is
not Grafana's. Prints the differences, then the expressions of all panels."""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard


def differences(path, ours, theirs):
    """Where theirs lacks something of ours, or has it otherwise."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if key in theirs:
                yield from differences(f"{path}.{key}", value, theirs[key])
            elif value is not None:
                yield f"{path}.{key}: unknown"
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences(f"{path}[{index}]", one, other)
    elif ours != theirs:
        yield f"{path}: {ours!r} is {theirs!r}"


register_default_plugins()
ours = json.load(open(sys.argv[1], encoding="utf-8"))
theirs = json.loads(JSONEncoder().encode(Dashboard.from_json(ours)))
for difference in differences("", ours, theirs):
    print("difference:", difference)
for panel in ours["panels"]:
    for target in panel["targets"]:
        print("expression:", target["expr"])
