"""docs/operating.md says what the program has: every configuration key, every command, and nothing else."""
import re
import subprocess
import unittest

from ingot_node import PROGRAM, ROOT, Node

OPERATING = (ROOT / "docs/operating.md").read_text(encoding="utf-8")


def section(number):
    return re.search(rf"^## {number}\. .*?(?=^## |\Z)", OPERATING, re.DOTALL | re.MULTILINE).group(0)


def keys_of_tables(text):
    """Keys of the cells that hold keys: `a.b`, `_max` after `a.b_default` stands for `a.b_max`."""
    keys = set()
    for line in text.splitlines():
        if not line.startswith("| `"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for cell in cells[:1] + (cells[2:3] if cells[0].startswith("`limits.") else []):
            last = ""
            for name in re.findall(r"`([a-z_.]+)`", cell):
                if name.startswith("_"):
                    name = last.rsplit("_", 1)[0] + name
                last = name
                keys.add(name)
    return keys


class OperatingTest(unittest.TestCase):
    def test_every_key_is_documented_and_every_documented_key_exists(self):
        node = Node()
        self.addCleanup(node.close)
        printed = node.run("check-config", "--config", str(node.data / "ingot.toml"), "--print").stdout
        keys = {line.split(" = ")[0] for line in printed.splitlines()}
        self.assertGreater(len(keys), 50)
        self.assertEqual(keys_of_tables(section(4)), keys)

    def test_every_command_is_documented_and_every_documented_command_exists(self):
        def commands(*above):
            text = subprocess.run([PROGRAM, *above, "--help", "--lang", "en"], capture_output=True, text=True, timeout=60,
                                  check=True).stdout
            found = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.MULTILINE)
            return re.findall(r"^  (\S+)", found.group(1), re.MULTILINE) if found else []

        have = set()
        for name in commands():
            below = [] if name == "bench" else commands(name)
            have |= {f"{name} {each}" for each in below} if below else {name}
        rows = [line.split("|")[1] for line in section(14).splitlines() if line.startswith("| `")]
        self.assertEqual({name for row in rows for name in re.findall(r"`([a-z -]+)`", row)}, have)


if __name__ == "__main__":
    unittest.main(verbosity=2)
