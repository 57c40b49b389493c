"""SIGHUP loads new certificates without a failed request; a bad file keeps the old ones (spec/security.md 10, S17)."""
import pathlib
import shutil
import signal
import ssl
import socket
import subprocess
import tempfile
import threading
import unittest

from ingot_node import Node, wait_until


class ReloadTest(unittest.TestCase):
    def setUp(self):
        self.node = Node().start()
        self.addCleanup(self.node.close)
        self.pki = self.node.data / "pki"
        self.other = pathlib.Path(tempfile.mkdtemp(prefix="ingot-reload-"))
        self.addCleanup(shutil.rmtree, self.other, ignore_errors=True)

    def served(self):
        """The certificate a new connection is shown."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("localhost", self.node.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as connection:
                return connection.getpeercert(binary_form=True)

    def reload(self):
        self.node.process.send_signal(signal.SIGHUP)

    def new_pair(self, days):
        """Another server certificate of the node's own authority."""
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.other)
        (self.other / "names").write_text("subjectAltName=DNS:localhost\nauthorityKeyIdentifier=keyid\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key",
                "-out", "request", "-subj", "/CN=DEVELOPMENT another")
        openssl("x509", "-req", "-in", "request", "-CA", str(self.pki / "ca.pem"), "-CAkey", str(self.pki / "ca.key"),
                "-days", str(days), "-extfile", "names", "-out", "certificate")
        return self.other / "certificate", self.other / "key"

    def install(self, certificate, key):
        for source, name, mode in ((certificate, "server.pem", 0o644), (key, "server.key", 0o600)):
            fresh = self.pki / (name + ".new")
            shutil.copyfile(source, fresh)
            fresh.chmod(mode)
            fresh.rename(self.pki / name)

    def test_new_certificates_come_without_a_failed_request(self):
        failures, answered, ending = [], [0], threading.Event()

        def ask():
            kept = self.node.connection()
            while not ending.is_set():
                for connection in (kept, None):
                    try:
                        if self.node.request("GET", "/healthz", connection=connection).status != 200:
                            failures.append("status")
                    except OSError as error:
                        failures.append(repr(error))
                    answered[0] += 1

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        before = self.served()
        self.install(*self.new_pair(30))
        for _ in range(5):
            self.reload()
        self.assertTrue(wait_until(lambda: self.served() != before, 10))
        count = answered[0]
        self.assertTrue(wait_until(lambda: answered[0] > count + 20, 10))
        ending.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertIn('"event":"reloaded"', self.node.log_text())

    def test_bad_files_keep_the_old_certificate(self):
        before = self.served()
        own = self.other / "own.pem", self.other / "own.key"
        shutil.copyfile(self.pki / "server.pem", own[0])
        shutil.copyfile(self.pki / "server.key", own[1])
        junk = self.other / "junk"
        junk.write_text("no certificate\n")
        good = self.new_pair(30)
        cases = [("junk", junk, own[1], "server.pem"), ("another key", good[0], own[1], "does not belong")]
        for count, (name, certificate, key, said) in enumerate(cases, 1):
            with self.subTest(name):
                self.install(certificate, key)
                self.reload()
                self.assertTrue(wait_until(lambda: self.node.log_text().count("tls-reload-failed") == count, 10))
                self.assertIn(said, self.node.log_text())
                self.assertEqual(self.served(), before)
        self.install(*self.new_pair(-1))
        self.reload()
        self.assertTrue(wait_until(lambda: "expired at" in self.node.log_text(), 10))
        self.assertEqual(self.served(), before, "one past its dates is no better")
        self.assertNotIn('"event":"reloaded"', self.node.log_text())

    def test_at_start_an_expired_certificate_is_an_error_event_and_production_takes_no_development_one(self):
        self.node.stop()
        self.install(*self.new_pair(-1))
        self.node.start()
        self.assertRegex(self.node.log_text(), r'"level":"error","event":"certificate"[^\n]*expired')
        self.node.stop()
        config = self.node.data / "ingot.toml"
        config.write_text(config.read_text().replace('env = "development"', 'env = "production"'))
        refused = self.node.run("serve", "--config", str(config), check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("development CA", refused.stdout + refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
