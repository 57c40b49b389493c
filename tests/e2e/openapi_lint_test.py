"""The description the node serves, linted by redocly: 0 errors. The linter comes from npm by its lock file."""
import os
import pathlib
import subprocess
import unittest

from ingot_node import ROOT, Node

LINTER = ROOT / "tests/openapi"


class OpenApiLintTest(unittest.TestCase):
    def test_redocly_finds_no_error(self):
        if not (LINTER / "node_modules/.bin/redocly").exists():
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=LINTER, check=True, timeout=500,
                           stdout=subprocess.DEVNULL)
        with Node() as node:
            document = node.request("GET", "/docs/openapi.json").body
            file = pathlib.Path(node.folder, "openapi.json")
            file.write_bytes(document)
            result = subprocess.run(["node", "node_modules/.bin/redocly", "lint", "--config",
                                     str(ROOT / "api/openapi/redocly.yaml"), str(file)],
                                    cwd=LINTER, capture_output=True, text=True, timeout=120, check=False,
                                    env={"PATH": os.environ["PATH"], "REDOCLY_TELEMETRY": "off",
                                         "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "HOME": str(node.folder)})
        print(result.stderr[-2000:])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
