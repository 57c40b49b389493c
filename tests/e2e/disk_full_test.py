"""A full disk never ends the process; reads go on; writes answer 507 and resume by themselves (durability.md D4)."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from ingot_node import Node, wait_until

PREFIX = "88.999.3212001"


class DiskFullTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ingot-full-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(self.folder)], check=True)
        self.addCleanup(self.unmount)

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=False)
        self.folder.rmdir()

    def assign(self, node, key, count=200):
        return node.request("POST", "/v1/codes", {"prefix": PREFIX, "count": count,
                                                  "values": {"class": "PD", "product": "PB99994"}}, key=key)

    def test_fills_answers_507_reads_on_and_resumes(self):
        node = Node(folder=self.folder).start()
        self.addCleanup(node.close)
        key = node.add_enterprise(PREFIX)["operator"]
        first = self.assign(node, key).json["codes"][0]

        filler = self.folder / "filler"
        status = os.statvfs(self.folder)
        with open(filler, "wb") as file:
            left = status.f_bavail * status.f_frsize - 1024 * 1024
            while left > 0:
                file.write(b"\0" * min(left, 1 << 20))
                left -= 1 << 20
        statuses = {}
        for _ in range(50):
            answer = self.assign(node, key)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            if answer.status == 507:
                self.assertEqual(answer.code, "storage-full")
                self.assertIn("retry-after", answer.headers)
                break
        self.assertIn(507, statuses, statuses)
        self.assertIsNone(node.process.poll(), "the process must live")
        path = "/v1/identifiers/" + first
        self.assertEqual(node.request("GET", path, key=key).status, 200, "reads go on")
        self.assertEqual(node.request("GET", "/readyz").status, 503)
        self.assertEqual(node.request("GET", "/readyz?for=read").status, 200)

        filler.unlink()
        started = time.monotonic()
        self.assertTrue(wait_until(lambda: self.assign(node, key).status == 201, 15, 0.2), "writes must resume")
        took = time.monotonic() - started
        print(f"writing again {took:.1f} s after room appeared")
        self.assertLess(took, 15)
        self.assertEqual(node.stop(), 0)


if __name__ == "__main__":
    if os.geteuid() != 0:  # a mount of one's own needs a name space of one's own
        os.execvp("unshare", ["unshare", "-Urm", sys.executable, *sys.argv])
    unittest.main(verbosity=2)
