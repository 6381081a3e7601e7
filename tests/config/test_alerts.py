"""The alert rules: what Prometheus would accept, about metrics that exist, each explained."""

import re
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from accounts import scrape
from asana_tasks import gauges
from tests.stand_in import ROOT

FILE = ROOT / "deploy" / "prometheus" / "alerts.yml"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]
]
DOCUMENTED = (ROOT / "docs" / "running.md").read_text().partition("## Watch it")[2]
NAME = re.compile(r"\bonelist_\w+")
DURATION = re.compile(r"[1-9]\d*[smhd]")


def exposed() -> set[str]:
    """Return the names of all samples that `/metrics` may have."""
    text = re.sub(r"^.*_created .*$", "", generate_latest().decode(), flags=re.MULTILINE)
    for metric in [*scrape.revocations(), *gauges.syncs(), *gauges.queues()]:
        text += f"# TYPE {metric.name} {metric.type}\n"
    text += "# TYPE onelist_gauges_up gauge\n"
    names = set()
    for name, kind in re.findall(r"^# TYPE (onelist_\w+) (\w+)$", text, re.MULTILINE):
        parts = ["_bucket", "_count", "_sum"] if kind == "histogram" else [""]
        names |= {name + part for part in parts}
    return names


def test_the_file_is_as_prometheus_wants_it():
    assert len(RULES) > 10
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"Onelist[A-Za-z]+", rule["alert"])
        assert DURATION.fullmatch(rule.get("for", "1m"))
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_expression_is_whole(rule):
    expression = rule["expr"]
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)
    assert expression.count('"') % 2 == 0
    assert re.search(r"(>|<|==) [\d.]+$", expression)


def test_every_metric_it_names_exists(db):
    named = {name for rule in RULES for name in NAME.findall(rule["expr"])}
    assert len(named) > 8
    assert named - exposed() == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_is_explained(rule):
    assert re.search(rf"^\| {rule['alert']} \| .+ \| .+ \|$", DOCUMENTED, re.MULTILINE)


def test_no_alert_is_explained_that_is_not_there():
    explained = re.findall(r"^\| (Onelist\w+) \|", DOCUMENTED, re.MULTILINE)
    assert explained == [rule["alert"] for rule in RULES]


def test_every_metric_is_explained_and_none_that_is_not_there(db):
    explained = set(NAME.findall(DOCUMENTED))
    described = {name for name in exposed() if not name.endswith(("_bucket", "_count", "_sum"))}
    histograms = {name.removesuffix("_sum") for name in exposed() if name.endswith("_sum")}
    assert explained == described | histograms
