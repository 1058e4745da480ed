"""The files of infra/, as far as they can be judged without a container engine and without systemd
running: linted, verified, and held against what the documents promise of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
UNITS = sorted((INFRA / "systemd").iterdir())
COMPOSE: dict[str, Any] = yaml.safe_load((INFRA / "containers" / "compose.yaml").read_text())
NOT_READ_ONLY = {"keycloak"}  # it builds itself at the start; the file says so


def run(*words: str | Path) -> str:
    """What a tool of this environment or machine says; fails the test when it objects."""
    found = shutil.which(str(words[0]), path=f"{Path(sys.executable).parent}{os.pathsep}{_PATH}")
    if found is None:
        pytest.skip(f"{words[0]} is not on this machine")
    done = subprocess.run(  # noqa: S603 - our own files
        [found, *map(str, words[1:])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


def test_yaml_is_well_formed() -> None:
    run("yamllint", "--strict", "-c", INFRA / ".yamllint.yaml", INFRA, ROOT / "publiccode.yml")


def test_container_files_are_linted() -> None:
    run("hadolint", *sorted((INFRA / "containers").glob("*ontainerfile")))


def test_scripts_are_linted() -> None:
    scripts = sorted((INFRA / "scripts").iterdir())
    run("shellcheck", *scripts, ROOT / ".ci" / "run")
    assert all(os.access(script, os.X_OK) for script in scripts)


def test_images_run_as_nobody_and_hold_no_secret() -> None:
    for file in (INFRA / "containers").glob("*ontainerfile"):
        text = file.read_text()
        users = re.findall(r"^USER (\S+)", text, flags=re.MULTILINE)
        assert users and not users[-1].startswith(("0", "root")), file.name
        assert "HEALTHCHECK" in text and ":latest" not in text
        assert not re.search(r"(?i)^(ARG|ENV).*(password|secret|_key)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_every_container_is_hardened(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name not in NOT_READ_ONLY)
    assert not str(service["user"]).startswith("0:")
    assert service["pids_limit"] and service["mem_limit"]
    assert not re.search(r":latest$|^[^:]+$", service["image"])
    assert "healthcheck" in service or "build" in service  # else the image has its own
    assert not service.get("privileged") and "docker.sock" not in str(service)
    if name != "gateway":  # nothing else is reached from outside
        assert "ports" not in service and "outside" not in service["networks"]


def test_no_secret_stands_in_the_compose_file() -> None:
    for service in COMPOSE["services"].values():
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|SECRET|KEY|KEK", variable)
            assert not secret or variable.endswith("_FILE"), variable
            assert "@" not in str(value) or "://" not in str(value), variable
    assert COMPOSE["networks"]["data"] == {"internal": True}


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """Copies, because the program must exist for the check."""
    made = []
    for unit in UNITS:
        text = re.sub(r"/opt/bundel/\S+", "/bin/true", unit.read_text())
        made.append(tmp_path / unit.name)
        made[-1].write_text(text.replace("WorkingDirectory=/bin/true", "WorkingDirectory=/"))
    told = run("systemd-analyze", "verify", "--recursive-errors=no", *made)
    assert not told.strip()


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS if unit.suffix == ".service"])
def test_units_are_hardened(unit: str) -> None:
    path = INFRA / "systemd" / unit
    run("systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", path)
    text = path.read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n"):
        assert line in text
    assert ("User=root" not in text and "DynamicUser=yes" in text) or "User=bundel-" in text


def test_the_gateway_is_what_nginx_understands(tmp_path: Path) -> None:
    for file in ("gateway/nginx.conf", "containers/gateway-containers.conf"):
        text = (INFRA / file).read_text()
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x",
            "-keyout", tmp_path / "x.key", "-out", tmp_path / "x.crt")  # fmt: skip
        text = re.sub(r"(ssl_certificate) \S+;", rf"\1 {tmp_path}/x.crt;", text)
        text = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {tmp_path}/x.key;", text)
        text = re.sub(r"server (?:signals|consent|audit|keycloak):", "server 127.0.0.1:", text)
        text = re.sub(r"(pid|access_log) /[^ ;]+", rf"\1 {tmp_path}/x", text)
        text = re.sub(r".*_temp_path .*\n", "", text)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
        text = text.replace("include /etc/nginx/mime.types;", places)
        ours = tmp_path / "nginx.conf"
        ours.write_text(text)
        run("nginx", "-t", "-q", "-p", tmp_path, "-c", ours)


def test_both_gateways_say_the_same() -> None:
    def plain(file: str) -> list[str]:
        text = (INFRA / file).read_text()
        text = re.sub(
            r"    server \{\n        listen 127.*?\n    \}\n\n", "", text, flags=re.DOTALL
        )
        text = re.sub(r".*_temp_path .*\n", "", text)
        lines = [line.strip() for line in text.splitlines() if not line.lstrip().startswith("#")]
        hidden = r"(listen|server \S+|ssl_certificate\S*|pid|access_log) .*?;|upstream \w+ \{.*"
        return [re.sub(hidden, r"\1", line) for line in lines if line]

    assert plain("gateway/nginx.conf") == plain("containers/gateway-containers.conf")


def test_the_gateway_keeps_inside_what_is_for_inside() -> None:
    text = (INFRA / "gateway" / "nginx.conf").read_text()
    assert "metrics|readyz" in text and "ssl_protocols TLSv1.2 TLSv1.3;" in text
    paths = re.findall(r"location (\S+) \{ proxy_pass", text)
    assert paths == ["/signals/", "/consent/", "/audit/", "/realms/bundel/", "/resources/"]
