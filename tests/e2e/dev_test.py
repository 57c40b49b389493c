"""./dev as a newcomer meets it: its package list is what configuring looks for; `./dev run` in one terminal, its printed
lines in another; Ctrl-C; a port that is taken. The build itself is left out: stand-ins answer for cmake and dpkg."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from ingot_node import PROGRAM, ROOT, wait_until

# What cmake/ and tests/ look for -> the Debian package that has it. A new one fails the test until it is named here.
FOUND_IN = {"OpenSSL": "libssl-dev", "Protobuf": "libprotobuf-dev protobuf-compiler", "Threads": "g++", "ZLIB": "zlib1g-dev",
            "Boost": "libboost1.81-dev", "RocksDB": "librocksdb-dev", "GTest": "libgtest-dev", "PYTHON3": "python3"}
# Third-party headers the sources include -> their package.
HEADERS = {"CLI/": "libcli11-dev", "toml++/": "libtomlplusplus-dev", "tl/": "libexpected-dev",
           "nlohmann/": "nlohmann-json3-dev", "boost/": "libboost1.81-dev", "rocksdb/": "librocksdb-dev",
           "google/protobuf": "libprotobuf-dev", "openssl/": "libssl-dev", "zlib.h": "zlib1g-dev", "gtest/": "libgtest-dev"}


class PackagesTest(unittest.TestCase):
    def test_the_build_installs_what_configuring_and_compiling_look_for(self):
        script = (ROOT / "dev").read_text(encoding="utf-8")
        listed = re.search(r"^build_packages=\((.*?)\)", script, re.DOTALL | re.MULTILINE).group(1).split()
        for needed in ("cmake", "ninja-build", "g++"):
            self.assertIn(needed, listed)
        files = [*(ROOT / "cmake").glob("*.cmake"), *(ROOT / "tests").rglob("CMakeLists.txt"), ROOT / "CMakeLists.txt"]
        text = "\n".join(path.read_text(encoding="utf-8") for path in files)
        names = re.findall(r"^\s*find_package\((\w+)", text, re.MULTILINE)
        names += re.findall(r"^\s*find_program\((\w+) \w+ REQUIRED", text, re.MULTILINE)
        self.assertIn("GTest", names)
        for name in names:
            for package in FOUND_IN[name].split():
                self.assertIn(package, listed, name)
        for folder in ("app", "api", "base", "certs", "ident", "net", "registry", "resolver", "storage", "tracechain"):
            for path in (ROOT / folder).rglob("*.[ch]pp"):
                for header in re.findall(r"#include <([\w+]+/[\w/.+]+|zlib\.h)>", path.read_text(encoding="utf-8")):
                    if header.startswith(("sys/", "netinet/", "arpa/", "linux/")):
                        continue
                    package = next((HEADERS[start] for start in HEADERS if header.startswith(start)), None)
                    self.assertIn(package, listed, f"{path}: {header}")


class RunTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ingot dev "))  # a path with a space
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        shutil.copy(ROOT / "dev", self.folder / "dev")
        stand_ins = self.folder / "stand-ins"
        self.script(stand_ins / "cmake", "exit 0")
        self.script(stand_ins / "dpkg-query", "echo install ok installed")
        # The program itself, with a short demo.
        self.script(self.folder / "build/release/ingot",
                    f'if [ "$1" = demo ]; then shift; exec {PROGRAM} demo --days 17 "$@"; fi; exec {PROGRAM} "$@"')
        self.env = {**os.environ, "PATH": f"{stand_ins}:{os.environ['PATH']}", "LANG": "C.UTF-8"}

    @staticmethod
    def script(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def start(self, listen):
        out = open(self.folder / "out", "w", encoding="utf-8")
        self.addCleanup(out.close)
        process = subprocess.Popen([self.folder / "dev", "run"], stdout=out, stderr=subprocess.STDOUT,
                                   env={**self.env, "DEMO_LISTEN": listen}, start_new_session=True)
        self.addCleanup(process.kill)
        return process

    def said(self):
        return (self.folder / "out").read_text(encoding="utf-8")

    def test_the_printed_lines_work_in_another_terminal_and_control_c_ends_cleanly(self):
        process = self.start("127.0.0.1:0")
        self.assertTrue(wait_until(lambda: "ingot assign" in self.said() or process.poll() is not None, 240), self.said())
        self.assertIsNone(process.poll(), self.said())
        lines = self.said().split("In another terminal:\n")[1]
        result = subprocess.run(["bash", "-euc", lines], capture_output=True, text=True, env=self.env, cwd="/", timeout=60,
                                check=False)
        self.assertEqual(result.returncode, 0, lines + result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"^(88\.999\.1/PD\.PB99994\.\d{8}\.\d{6}-[0-9A-Z]\n){3}$")

        os.killpg(process.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
        self.assertEqual(process.wait(60), 0, self.said())
        log = (self.folder / "demo-data/node.log").read_text(encoding="utf-8")
        self.assertIn('"event":"stopped"', log)

        again = self.start("127.0.0.1:0")
        self.assertTrue(wait_until(lambda: "ingot assign" in self.said() or again.poll() is not None, 120), self.said())
        self.assertIn("loaded already", self.said())
        os.killpg(again.pid, signal.SIGINT)
        self.assertEqual(again.wait(60), 0, self.said())

    def test_a_port_in_use_is_named_with_what_to_do(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            process = self.start(f"127.0.0.1:{port}")
            self.assertEqual(process.wait(120), 1, self.said())
        self.assertIn(f"cannot listen on 127.0.0.1 port {port}: Address already in use", self.said())
        self.assertIn("DEMO_LISTEN=", self.said())
        self.assertNotIn("In another terminal", self.said())


if __name__ == "__main__":
    unittest.main(verbosity=2)
