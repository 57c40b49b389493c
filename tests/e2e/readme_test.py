"""The README's commands, run as written against a node with a small demo plant; each must end with 0 and print what it
promises. Blocks that open with ```sh and stand after the line <!-- tested --> are taken."""
import os
import pathlib
import re
import subprocess
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
        node.client("demo", "--days", "20", "--operator-key", str(key))
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

    def test_names_the_two_commands(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        self.assertIn("./dev run", text)
        self.assertIn("./dev test", text)
        self.assertTrue(os.access(ROOT / "dev", os.X_OK))
        self.assertIn("./dev test", pathlib.Path(ROOT / ".ci/run").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
