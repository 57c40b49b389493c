"""The README's commands, run as written against a node with a small demo plant; each must end with 0 and print what it
promises. Blocks that open with ```sh and stand after the line <!-- tested --> are taken."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from ingot_node import PROGRAM, ROOT, Node


def tested_blocks():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"<!-- tested -->\n```sh\n(.*?)```", text, re.DOTALL)


class ReadmeTest(unittest.TestCase):
    def test_every_command_works_as_written(self):
        blocks = tested_blocks()
        self.assertGreaterEqual(len(blocks), 3, "the README lost its tested blocks")
        node = Node().start()
        self.addCleanup(node.close)
        key = node.folder / "operator.key"
        loaded = json.loads(node.client("demo", "--days", "20", "--operator-key", str(key), "--json").stdout)
        self.assertEqual((loaded["alreadyLoaded"], loaded["operatorKey"]), (False, str(key)))
        bin_folder = node.folder / "bin"
        bin_folder.mkdir()
        (bin_folder / "ingot").symlink_to(PROGRAM)
        script = "set -euo pipefail\n" + "\n".join(blocks)
        env = {**os.environ, "INGOT_NODE": node.url, "INGOT_CA": str(node.ca_file), "INGOT_KEY": str(key),
               "PATH": f"{bin_folder}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
        result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=env, cwd=node.folder,
                                timeout=120, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for promised in (r"88\.999\.1/PD\.PB99994\.\d{8}\.\d{6}-[0-9A-Z]", r'"state":"reserved"', r"came from", r"went into",
                         r"resolved ", r"stored 7, duplicate 0, refused 0", r'"code":"not-found"'):
            self.assertRegex(result.stdout, promised)

    def test_a_node_of_your_own_is_made_as_written(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"<!-- tested with other names -->\n```sh\n(.*?)```", text, re.DOTALL)
        self.assertEqual(len(blocks), 2, "the README lost the blocks of a node of one's own")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="ingot-own-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]

        def here(block):
            for written, ours in (("/var/lib/ingot", str(folder / "data")), ("0.0.0.0:8443", f"127.0.0.1:{port}"),
                                  ("node.example:8443", f"localhost:{port}"), ("node.example", "localhost")):
                self.assertIn(written, "".join(blocks))
                block = block.replace(written, ours)
            return block.replace("ingot ", PROGRAM + " ")

        env = {**os.environ, "LANG": "C.UTF-8"}
        init, serve = here(blocks[0]).splitlines()
        subprocess.run(["bash", "-c", init], check=True, capture_output=True, env=env, timeout=120)
        with subprocess.Popen(["bash", "-c", "exec " + serve], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              env=env) as node:
            try:
                self.assertIn(f"https://localhost:{port}", node.stdout.readline())
                result = subprocess.run(["bash", "-euc", here(blocks[1])], capture_output=True, text=True, env=env,
                                        cwd=folder, timeout=120, check=False)
            finally:
                node.terminate()
            self.assertEqual(node.wait(60), 0)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"88\.999\.77/PD\.PB99994\.\d{8}\.000001-[0-9A-Z]")
        self.assertNotIn("warning", result.stderr)
        self.assertEqual((folder / "operator.key").stat().st_mode & 0o777, 0o600)

    def test_names_the_two_commands(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        self.assertIn("./dev run", text)
        self.assertIn("./dev test", text)
        self.assertTrue(os.access(ROOT / "dev", os.X_OK))
        self.assertIn("./dev test", pathlib.Path(ROOT / ".ci/run").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
