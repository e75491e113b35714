# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fake of AWX's API: what the modules of awx.awx 24.6 ask for, over TLS.

Invented from documentation: the options of these modules, the pages of AWX on its API, and what the modules expect in
answers. No AWX was seen. What is known to matter for a setup is there:

- a job template is refused until the first update of its project has ended, and if the project lacks the playbook;
- answers of a node or a schedule that its template does not ask for are refused;
- secrets are never shown, fields that an endpoint does not know are dropped without a word, and a notification by
  webhook gets the fields that it was not given;
- only a system administrator makes credential types, and an auditor changes nothing.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import re
import ssl
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Item = dict[str, Any]

SHOWN_SECRET = "$encrypted$"

# Each endpoint: the type of its items, and the fields that it takes, with what they are if they are not given.
JOB_FIELDS: Item = {"name": None, "description": "", "organization": None}
ENDPOINTS: dict[str, tuple[str, Item]] = {
    "organizations": ("organization", {"name": None}),
    "credential_types": (
        "credential_type",
        {"name": None, "description": "", "kind": None, "inputs": {}, "injectors": {}, "managed": False},
    ),
    "credentials": ("credential", {**JOB_FIELDS, "credential_type": None, "inputs": {}}),
    "execution_environments": ("execution_environment", {**JOB_FIELDS, "image": None, "pull": ""}),
    "notification_templates": (
        "notification_template",
        {**JOB_FIELDS, "notification_type": None, "notification_configuration": {}, "messages": None},
    ),
    "projects": (
        "project",
        {**JOB_FIELDS, "scm_type": "", "scm_url": "", "scm_branch": "", "scm_update_on_launch": False},
    ),
    "inventories": ("inventory", {**JOB_FIELDS, "kind": "", "host_filter": None, "variables": ""}),
    "inventory_sources": (
        "inventory_source",
        {
            "name": None,
            "description": "",
            "inventory": None,
            "source": None,
            "source_project": None,
            "source_path": "",
            "overwrite": False,
            "overwrite_vars": False,
            "update_on_launch": False,
        },
    ),
    "job_templates": (
        "job_template",
        {
            **JOB_FIELDS,
            "job_type": "run",
            "inventory": None,
            "project": None,
            "playbook": "",
            "execution_environment": None,
            "extra_vars": "",
            "survey_enabled": False,
            "diff_mode": False,
            "ask_job_type_on_launch": False,
        },
    ),
    "workflow_job_templates": (
        "workflow_job_template",
        {**JOB_FIELDS, "inventory": None, "allow_simultaneous": False, "survey_enabled": False, "extra_vars": ""},
    ),
    "workflow_job_template_nodes": (
        "workflow_job_template_node",
        {"identifier": None, "workflow_job_template": None, "unified_job_template": None, "extra_data": {}},
    ),
    "workflow_approval_templates": ("workflow_approval_template", {"name": None, "description": "", "timeout": 0}),
    "schedules": (
        "schedule",
        {"name": None, "description": "", "unified_job_template": None, "rrule": None, "extra_data": {}},
    ),
}
UNIFIED = ("projects", "inventory_sources", "job_templates", "workflow_job_templates", "workflow_approval_templates")
WEBHOOK = {
    "url": "",
    "http_method": "POST",
    "disable_ssl_verification": False,
    "username": "",
    "password": "",
    "headers": {},
}
# User: password and role.
USERS = {
    "admin": ("the-admin", "system administrator"),
    "anna": ("the-organization", "administrator of the organization"),
    "ida": ("the-auditor", "auditor"),
}
ORGANIZATION = "Telephony"
VAULT = "Vault of the phones"
"""A credential that its users have made."""


class Refused(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, status: int, body: Item) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class FakeAwx(AbstractContextManager["FakeAwx"]):
    """AWX with one organization, at `address`; `playbooks` is what its project has, `certificate` what to trust."""

    def __init__(self, folder: Path, playbooks: list[str]) -> None:
        self.playbooks = playbooks
        self.writes: list[str] = []
        """What changed something: method and path, in order. Tokens are not among them."""
        self._stored: dict[str, dict[int, Item]] = {endpoint: {} for endpoint in ENDPOINTS}
        self._joined: dict[str, list[int]] = {}
        self._surveys: dict[str, Item] = {}
        self._tokens: dict[str, str] = {}
        self._updates: dict[int, int] = {}
        self._next, self._lock = 1, Lock()
        self.certificate = folder / "awx.pem"
        self.certificate.write_bytes(make_certificate())
        self._store("organizations", {"name": ORGANIZATION})
        vault = {"name": "Vault", "kind": "vault", "inputs": {"fields": [{"id": "vault_password", "secret": True}]}}
        of_vault = {"credential_type": self._store("credential_types", vault)["id"], "inputs": {}}
        self._store("credentials", {"name": VAULT} | of_vault)
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_it(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                url = urlsplit(self.path)
                try:
                    with fake._lock:
                        status, answer = fake.answer(
                            self.command,
                            url.path.removeprefix("/api/v2"),
                            dict(parse_qsl(url.query)),
                            body,
                            self.headers.get("Authorization", ""),
                        )
                except Refused as refused:
                    status, answer = refused.status, refused.body
                content = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", "24.6.1")
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_it  # noqa: N815 - the library calls them so

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def items(self, endpoint: str) -> list[Item]:
        """What is stored, with its secrets, and with the names of what it is joined with."""
        return list(self._stored[endpoint].values())

    def joined(self, endpoint: str, name: str, relation: str) -> list[str]:
        """The names of what an item is joined with, in one relation."""
        (item,) = (item for item in self.items(endpoint) if name in (item.get("name"), item.get("identifier")))
        everything = {number: one for stored in self._stored.values() for number, one in stored.items()}
        numbers = self._joined.get(f"/{endpoint}/{item['id']}/{relation}/", [])
        return [everything[number].get("name") or everything[number]["identifier"] for number in numbers]

    def survey(self, endpoint: str, name: str) -> Item:
        (item,) = (item for item in self.items(endpoint) if item["name"] == name)
        return self._surveys.get(f"/{endpoint}/{item['id']}/survey_spec/", {})

    def answer(self, method: str, path: str, query: dict[str, str], body: Item, login: str) -> tuple[int, Any]:
        """The status and the body of an answer. Raises Refused."""
        if path.startswith("/tokens/"):
            return self._token(method, path, login)
        user = self._tokens.get(login.removeprefix("Bearer "))
        if not user:
            raise Refused(401, {"detail": "Authentication credentials were not provided."})
        if method != "GET":
            role = USERS[user][1]
            if role == "auditor" or (path.startswith("/credential_types/") and role != "system administrator"):
                raise Refused(403, {"detail": "You do not have permission to perform this action."})
            self.writes.append(f"{method} {path}")
        if path == "/me/":
            return 200, page([{"id": 1, "type": "user", "username": user}])
        if path == "/unified_job_templates/" and method == "GET":
            return 200, page(
                self._matching([self._shown(kind, one) for kind in UNIFIED for one in self.items(kind)], query)
            )
        if found := re.fullmatch(r"/project_updates/(\d+)/", path):
            return 200, self._project_update(int(found[1]))
        if found := re.fullmatch(r"/(\w+)/", path):
            return self._list(method, found[1], query, body)
        if found := re.fullmatch(r"/(\w+)/(\d+)/", path):
            return self._one(method, found[1], int(found[2]), body)
        if found := re.fullmatch(r"/(\w+)/(\d+)/(\w+)/", path):
            return self._below(method, path, found[1], int(found[2]), found[3], body)
        raise Refused(404, {"detail": "Not found."})

    def _token(self, method: str, path: str, login: str) -> tuple[int, Any]:
        user, _colon, password = base64.b64decode(login.removeprefix("Basic ")).decode().partition(":")
        if USERS.get(user, ("", ""))[0] != password or not password:
            raise Refused(401, {"detail": "Invalid username/password."})
        if method == "DELETE":
            return 204, None
        self._next += 1
        self._tokens[f"token-{self._next}"] = user
        return 201, {"id": self._next, "token": f"token-{self._next}"}

    def token(self, user: str) -> str:
        """A token of this user, as one makes it in AWX by hand."""
        self._tokens[f"of-{user}"] = user
        return f"of-{user}"

    def _list(self, method: str, endpoint: str, query: dict[str, str], body: Item) -> tuple[int, Any]:
        if endpoint not in ENDPOINTS or endpoint == "workflow_approval_templates":
            raise Refused(404, {"detail": "Not found."})
        if method == "GET":
            return 200, page(self._matching([self._shown(endpoint, one) for one in self.items(endpoint)], query))
        self._check(endpoint, {**ENDPOINTS[endpoint][1], **body})
        return 201, self._shown(endpoint, self._store(endpoint, body))

    def _one(self, method: str, endpoint: str, number: int, body: Item) -> tuple[int, Any]:
        item = self._stored.get(endpoint, {}).get(number)
        if item is None:
            raise Refused(404, {"detail": "Not found."})
        if method == "PATCH":
            fields = {name: value for name, value in body.items() if name in ENDPOINTS[endpoint][1]}
            self._check(endpoint, {**item, **fields}, item)
            item.update(fields)
        return 200, self._shown(endpoint, item)

    def _below(self, method: str, path: str, endpoint: str, number: int, relation: str, body: Item) -> tuple[int, Any]:
        item = self._stored.get(endpoint, {}).get(number)
        if item is None:
            raise Refused(404, {"detail": "Not found."})
        if relation == "survey_spec":
            if method == "POST":
                self._surveys[path] = body
                return 200, None
            return 200, self._surveys.get(path, {})
        if relation == "create_approval_template":
            approval = self._store("workflow_approval_templates", body)
            item["unified_job_template"] = approval["id"]
            return 201, self._shown("workflow_approval_templates", approval)
        joined = self._joined.setdefault(path, [])
        everything = {one: (kind, it) for kind, stored in self._stored.items() for one, it in stored.items()}
        if method == "GET":
            return 200, page([self._shown(*everything[one]) for one in joined])
        if body["id"] not in everything:
            raise Refused(400, {"detail": "There is no such object."})
        if body.get("disassociate"):
            joined.remove(body["id"])
        else:
            joined.append(body["id"])
        return 204, None

    def _check(self, endpoint: str, fields: Item, before: Item | None = None) -> None:
        """Refuse what AWX refuses."""
        for name in ("name", "identifier"):
            if name in ENDPOINTS[endpoint][1] and not fields.get(name):
                raise Refused(400, {name: ["This field is required."]})
        same: tuple[str, ...]
        if endpoint == "workflow_job_template_nodes":
            same = ("identifier", "workflow_job_template")
        else:
            same = ("name", "organization", "inventory", "unified_job_template", "credential_type")
        for other in self.items(endpoint):
            if other is not before and all(other.get(name) == fields.get(name) for name in same):
                raise Refused(400, {"__all__": ["An item with these fields already exists."]})
        if endpoint == "job_templates":
            project = self._stored["projects"].get(fields["project"])
            if project is None:
                raise Refused(400, {"project": ["This field is required."]})
            if self._updates[project["id"]] > 0 or fields["playbook"] not in self.playbooks:
                raise Refused(400, {"playbook": ["Playbook not found for project."]})
        if endpoint in ("workflow_job_template_nodes", "schedules") and fields["extra_data"]:
            template = self._stored["job_templates"].get(fields["unified_job_template"], {"id": 0})
            survey = self._surveys.get(f"/job_templates/{template['id']}/survey_spec/", {"spec": []})
            asked = {question["variable"] for question in survey["spec"] if template["survey_enabled"]}
            if unknown := sorted(fields["extra_data"].keys() - asked):
                raise Refused(400, {"extra_data": [f"Variables {', '.join(unknown)} are not allowed on launch."]})
        if endpoint == "credentials" and fields["credential_type"] not in self._stored["credential_types"]:
            raise Refused(400, {"credential_type": ["This field is required."]})

    def _store(self, endpoint: str, body: Item) -> Item:
        kind, known = ENDPOINTS[endpoint]
        self._next += 1
        item = {**known, **{name: value for name, value in body.items() if name in known}}
        item |= {"id": self._next, "type": kind}
        if item.get("notification_type") == "webhook":
            item["notification_configuration"] = {**WEBHOOK, **item["notification_configuration"]}
        if endpoint == "projects":
            # An update of a new project starts by itself, and has not ended yet when it is looked at first.
            self._updates[item["id"]] = 1
        self._stored[endpoint][item["id"]] = item
        return item

    def _project_update(self, number: int) -> Item:
        left = self._updates[number]
        self._updates[number] = max(0, left - 1)
        return {"id": number, "status": "running" if left else "successful", "failed": False}

    def _shown(self, endpoint: str, item: Item) -> Item:
        """An item as the API shows it: with its address and relations, without secrets."""
        shown = {**item, "url": f"/api/v2/{endpoint}/{item['id']}/", "related": {}, "summary_fields": {}}
        if endpoint in ("job_templates", "workflow_job_templates"):
            shown["related"]["survey_spec"] = f"{shown['url']}survey_spec/"
        if endpoint == "workflow_job_template_nodes" and item["unified_job_template"]:
            number = item["unified_job_template"]
            kind = next(kind for kind in UNIFIED if number in self._stored[kind])
            shown["related"]["unified_job_template"] = f"/api/v2/{kind}/{number}/"
        if endpoint == "projects":
            shown["scm_revision"] = ""
            if self._updates[item["id"]]:
                shown["summary_fields"]["current_update"] = {"id": item["id"], "status": "pending"}
        if endpoint == "credentials":
            fields = self._stored["credential_types"][item["credential_type"]]["inputs"]["fields"]
            secret = {field["id"] for field in fields if field.get("secret")}
            shown["inputs"] = {
                name: SHOWN_SECRET if name in secret else value for name, value in item["inputs"].items()
            }
        if endpoint == "notification_templates":
            shown["notification_configuration"] = {
                name: SHOWN_SECRET if name in ("password", "token") and value else value
                for name, value in item["notification_configuration"].items()
            }
        return shown

    @staticmethod
    def _matching(items: list[Item], query: dict[str, str]) -> list[Item]:
        return [item for item in items if all(str(item.get(name)) == value for name, value in query.items())]


def page(items: list[Item]) -> Item:
    return {"count": len(items), "next": None, "previous": None, "results": items}


def make_certificate() -> bytes:
    """Key and certificate of 127.0.0.1, self-signed, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "awx")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
