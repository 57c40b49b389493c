"""The real program on a free port, for end-to-end tests. Only Python's standard library talks to it."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TESTED_PROGRAM", str(ROOT / "build/release/ingot"))


class Node:
    """`ingot init`, `ingot serve`, requests, signals. Everything is removed by close()."""

    def __init__(self, folder=None, settings=""):
        self.owns_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="ingot-e2e-"))
        self.data = self.folder / "data"
        self.process = None
        self.port = None
        self.log = open(self.folder / "node.log", "ab")
        if not self.data.exists():
            self.run("init", "--data", str(self.data), "--name", "localhost", "--listen", "127.0.0.1:0")
            if settings:
                with open(self.data / "ingot.toml", "a", encoding="utf-8") as file:
                    file.write("\n" + settings + "\n")
        self.admin_key_file = self.data / "secrets/admin.key"
        self.ca_file = self.data / "pki/ca.pem"

    @staticmethod
    def run(*arguments, check=True, env=None, **kwargs):
        result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=env, timeout=300, **kwargs)
        if check and result.returncode != 0:
            raise AssertionError(f"ingot {' '.join(arguments)}: exit {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def start(self, timeout=60, descriptors=None):
        """`descriptors`: hard limit of open files the node is started with."""
        limit = ["prlimit", f"--nofile={descriptors}:{descriptors}"] if descriptors else []
        self.process = subprocess.Popen([*limit, PROGRAM, "serve", "--config", str(self.data / "ingot.toml")],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = {}

        def read():
            line["text"] = self.process.stdout.readline()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(timeout)
        text = line.get("text", "")
        if not text.startswith("ingot: ready https://"):
            self.process.kill()
            raise AssertionError(f"no ready line but {text!r}\n" + self.log_text()[-4000:])
        self.url = text.split()[2]
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def stop(self, timeout=60):
        """SIGTERM; answers the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.process = None
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        if self.process:
            self.kill()
        self.log.close()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def log_text(self):
        return (self.folder / "node.log").read_text(encoding="utf-8", errors="replace")

    def tls(self):
        return ssl.create_default_context(cafile=str(self.ca_file))

    def connection(self, timeout=30):
        return http.client.HTTPSConnection("localhost", self.port, context=self.tls(), timeout=timeout)

    @property
    def admin_key(self):
        return self.admin_key_file.read_text().strip()

    def request(self, method, target, body=None, key=None, headers=None, connection=None):
        """-> Answer. `body` that is not bytes or text is sent as JSON. Changes get a fresh Idempotency-Key."""
        fields = {"Accept-Language": "en"}
        if key:
            fields["Authorization"] = f"Bearer {key}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            fields["Content-Type"] = "application/json"
        if method not in ("GET", "HEAD"):
            fields["Idempotency-Key"] = str(uuid.uuid4())
        fields.update(headers or {})
        fields = {name: value for name, value in fields.items() if value is not None}
        own = connection is None
        connection = connection or self.connection()
        try:
            connection.request(method, target, body=body.encode() if isinstance(body, str) else body, headers=fields)
            response = connection.getresponse()
            return Answer(response.status, dict((k.lower(), v) for k, v in response.getheaders()), response.read())
        finally:
            if own:
                connection.close()

    def client_env(self, key_file):
        return {**os.environ, "INGOT_NODE": self.url, "INGOT_CA": str(self.ca_file), "INGOT_KEY": str(key_file),
                "LANG": "C.UTF-8"}

    def client(self, *arguments, key_file=None, check=True):
        """A client command of the program against this node."""
        return self.run(*arguments, check=check, env=self.client_env(key_file or self.admin_key_file))

    def add_enterprise(self, prefix, name="Test plant"):
        """-> {role: key} of an operator, viewer, station and partner of a new prefix."""
        self.client("prefix", "add", prefix, "--name", name)
        keys = {}
        for role in ("operator", "viewer", "station", "partner"):
            keys[role] = self.client("credential", "add", "--role", role, "--prefix", prefix).stdout.strip()
        return keys


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code") if self.body else None

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


def wait_until(condition, seconds=30, step=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(step)
    return False
