"""What deploy/ promises: only the proxy is open, everything is pinned, the channels are the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import proxy, sorry
from renewal import city

ROOT = Path(__file__).resolve().parents[2]
NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return dict(read("deploy/compose.yml")["services"])


def test_production_has_the_channels_of_development_without_rest() -> None:
    development = read("credentials.yml")
    assert "rest" in development
    development.pop("rest")
    assert read("deploy/credentials.yml") == development


def test_nothing_but_nginx_listens_beyond_the_machine(services: dict[str, dict[str, Any]]) -> None:
    assert not [name for name, service in services.items() if "ports" in service]
    assert "listen_addresses=127.0.0.1" in services["postgres"]["command"]
    assert "--bind 127.0.0.1" in " ".join(services["valkey"]["command"])
    open_to_all = set(re.findall(r"listen (?!127\.0\.0\.1)(?:\[::\]:)?(\d+)", NGINX))
    assert open_to_all == {"80", "443", "8443"}


def test_the_clerks_console_is_reached_from_the_offices_networks_alone(
    services: dict[str, dict[str, Any]],
) -> None:
    [console] = [part for part in NGINX.split("\nserver {") if "listen 8443" in part]
    assert re.search(r"allow [^;]+;\s+deny all;", console)
    assert "proxy_pass http://127.0.0.1:5008;" in console
    assert NGINX.count("5008") == 1  # under no other name
    assert "STAFF_PORT=5008" in " ".join(services["staff"]["command"])
    assert "http://127.0.0.1:5008/healthz" in services["staff"]["healthcheck"]["test"][-1]
    assert "8443" in (ROOT / "deploy" / "renewal.env.example").read_text(encoding="utf-8")


def test_a_health_check_asks_the_port_that_its_process_listens_on_and_nginx_passes_on_to(
    services: dict[str, dict[str, Any]],
) -> None:
    checked = {}
    for name, service in services.items():
        if name.startswith(("worker-", "actions-")):
            port = re.search(r"(?:--port |ACTION_PORT=)(\d+)", " ".join(service["command"]))
            checked[name] = port and port[1]
            path = "healthz" if name.startswith("worker-") else "health"
            assert f"http://127.0.0.1:{checked[name]}/{path}'" in service["healthcheck"]["test"][-1]
    ports = {
        part: set(re.findall(r"server 127\.0\.0\.1:(\d+)", upstream))
        for part, upstream in re.findall(r"upstream renewal_(\w+) \{(.*?)\}", NGINX, re.DOTALL)
    }
    workers = {port for name, port in checked.items() if name.startswith("worker-")}
    assert ports["workers"] == ports["line"] == workers
    assert ports["actions"] == set(checked.values()) - workers


def test_no_log_holds_a_person_or_grows_for_ever(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service.get("logging") == {"driver": "local"}, name
    # PostgreSQL would write down a statement that failed, and the row it was about.
    assert "log_min_error_statement=panic" in services["postgres"]["command"]
    assert "log_error_verbosity=terse" in services["postgres"]["command"]
    # nginx's messages of a request name the address and the query.
    assert re.findall(r"error_log \S+ (\w+);", NGINX) == ["alert"]
    assert set(re.findall(r"access_log ([^;]+);", NGINX)) == {
        "off",
        "/var/log/nginx/access.log renewal",
    }


def test_every_image_is_pinned(services: dict[str, dict[str, Any]]) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    images = {service["image"] for service in services.values()} - {"renewal:local"}
    for image in [*images, *re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)]:
        assert re.search(r":v?\d+\.\d+", image), image


def test_only_the_public_paths_are_passed_on() -> None:
    public = set(re.findall(r"location (?:= )?(/\S+) \{", NGINX.split("listen 443")[1]))
    assert public == {
        *proxy.PUBLIC,
        "/webhooks/line/visit.ics",
        "/sorry.json",  # internal, as is the next
        "/sorry.html",
    }
    assert re.search(r"location / \{\s+return 404;", NGINX)


def test_a_conversation_tries_the_workers_in_an_order_of_its_own_that_stays() -> None:
    servers = ["5011", "5012", "5013"]
    orders = {key: proxy.in_turn(servers, key) for key in map(str, range(60))}
    assert {order[0] for order in orders.values()} == set(servers)
    for key, order in orders.items():
        without = [server for server in servers if server != order[0]]
        assert proxy.in_turn(without, key) == order[1:]


def test_the_proxys_own_sentence_names_the_phone_of_city_yml(tmp_path: Path) -> None:
    sorry.write(tmp_path)
    for name in ("sorry.json", "sorry.html"):
        assert city.load().call_centre.phone in (tmp_path / name).read_text(encoding="utf-8")
