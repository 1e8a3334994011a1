"""The alerts and dashboards that are shipped name figures that the service has, with the labels
that it gives.
"""

import json
import re
from typing import Any

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from app.api.http.metrics import DETERMINATIONS, REFUSED, REPLAYS
from app.settings import ROOT
from tests.api.asking import CLOSED

RULES: list[dict[str, Any]] = YAML(typ="safe").load(
    (ROOT / "deploy" / "alerts.yaml").read_text(encoding="utf-8")
)["groups"][0]["rules"]


@pytest.fixture(scope="module")
def series(app: Any) -> dict[str, set[str]]:
    """The names of the series that the service tells of, each with its labels."""
    app.test_client().post("/v1/determinations?keep=false", json=CLOSED).close()
    REPLAYS.labels("agreed")
    DETERMINATIONS.labels("enrollment.permitted", "ineligible")
    REFUSED.labels("overloaded")
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(generate_latest(REGISTRY).decode()):
        names = {sample.name: set(sample.labels) for sample in family.samples}
        if not names:
            names = {f"{family.name}_total": set()}
        for name, labels in names.items():
            found.setdefault(name, set()).update(labels)
    return found


DASHBOARDS = [
    json.loads(file.read_text(encoding="utf-8"))
    for file in sorted((ROOT / "deploy" / "dashboards").glob("*.json"))
]
PANELS = [panel for dashboard in DASHBOARDS for panel in dashboard["panels"]]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_each_panel_shows_figures_that_there_are(
    panel: dict[str, Any], series: dict[str, set[str]]
) -> None:
    for target in panel["targets"]:
        named = re.findall(r"(eligibility_\w+)(?:\{(\w+))?", target["expr"])
        by = re.findall(r"by \((\w+)\)", target["expr"])
        legend = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])

        assert named
        for name, label in named:
            assert name in series
            assert {*filter(None, [label]), *by, *legend} <= series[name]


def test_panels_of_a_dashboard_do_not_overlap_and_have_their_own_ids() -> None:
    assert DASHBOARDS
    for dashboard in DASHBOARDS:
        panels = dashboard["panels"]
        squares = [
            (x, y)
            for place in (panel["gridPos"] for panel in panels)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        assert len(set(squares)) == len(squares)
        assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_each_alert_looks_at_figures_that_there_are(
    rule: dict[str, Any], series: dict[str, set[str]]
) -> None:
    named = re.findall(r"(eligibility_\w+)(?:\{(\w+))?", rule["expr"])

    assert named or rule["expr"].startswith("up{")
    for name, label in named:
        assert name in series
        assert not label or label in series[name]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_each_alert_says_how_urgent_it_is_and_what_it_means(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
