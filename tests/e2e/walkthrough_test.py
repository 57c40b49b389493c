"""A newcomer's first hour: init, serve, assign, resolve, capture, trace, stop; with curl where a person would use it."""
import json
import pathlib
import subprocess
import unittest
from decimal import Decimal

from ingot_node import Node

PREFIX = "88.999.1"
BASE = "https://ingot.example/88.999.1/"

T3 = [  # the diamond of trace-semantics.md 7.2: line -> (inputs, outputs)
    ({}, {"A": 60000}), ({}, {"B": 40000}), ({}, {"C": 50000}),
    ({"A": 60000, "B": 40000}, {"M": 100000}),
    ({"M": 100000}, {"P": 70000, "Q": 30000}),
    ({"P": 50000, "C": 50000}, {"R": 100000}),
    ({"Q": 30000, "R": 30000}, {"Z": 60000}),
]


def quantities(lots):
    return [{"epcClass": BASE + name, "quantity": kg, "uom": "KGM"} for name, kg in lots.items()]


def t3_events():
    for n, (inputs, outputs) in enumerate(T3, 1):
        event = {"eventID": f"urn:uuid:00000000-0000-4000-8000-{n:012d}", "eventTime": f"2026-01-01T00:{n:02d}:00Z",
                 "eventTimeZoneOffset": "+00:00"}
        if inputs:
            event |= {"type": "TransformationEvent", "inputQuantityList": quantities(inputs),
                      "outputQuantityList": quantities(outputs)}
        else:
            event |= {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
                      "quantityList": quantities(outputs),
                      "ilmd": {"ingot:origin": {"ingot:originType": "mine"}}}
        yield event


class WalkthroughTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node().start()
        cls.keys = cls.node.add_enterprise(PREFIX, "Example Smelter")
        cls.operator_key = cls.node.folder / "operator.key"
        cls.operator_key.write_text(cls.keys["operator"] + "\n")
        cls.operator_key.chmod(0o600)

    @classmethod
    def tearDownClass(cls):
        code = cls.node.stop()
        cls.node.close()
        assert code == 0, f"SIGTERM must end the node with 0, not {code}"

    def curl(self, *arguments):
        result = subprocess.run(["curl", "-sS", "--cacert", str(self.node.ca_file), *arguments], capture_output=True,
                                text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_assigned_codes_resolve_with_curl_for_their_owner_and_for_nobody_else_until_they_have_a_record(self):
        out = self.node.client("assign", PREFIX, "--class", "PD", "--product", "PB99994", "--count", "3",
                               key_file=self.operator_key).stdout.split()
        self.assertEqual(len(out), 3)
        url = f"{self.node.url}/v1/identifiers/{out[0]}"
        mine = json.loads(self.curl("-H", f"Authorization: Bearer {self.keys['operator']}", url))
        self.assertEqual((mine["identifier"], mine["state"]), (out[0], "reserved"))
        others = json.loads(self.curl(url))
        self.assertEqual((others["status"], others["code"]), (404, "not-found"))

        record = {"values": [{"index": 1, "type": "URL", "data": {"format": "string", "value": "https://plant.example/"},
                              "visibility": "public"},
                             {"index": 2, "type": "GRADE", "data": "Pb99.994", "visibility": "owner"}]}
        etag = mine["etag"]
        put = self.node.request("PUT", f"/v1/identifiers/{out[0]}", record, key=self.keys["operator"],
                                headers={"If-Match": etag})
        self.assertIn(put.status, (200, 201), put)
        public = json.loads(self.curl(url))
        self.assertEqual([value["type"] for value in public["values"]], ["URL"])
        handle = json.loads(self.curl(f"{self.node.url}/api/handles/{out[0]}"))
        self.assertEqual(handle["responseCode"], 1)
        self.assertEqual(handle["values"][0]["data"]["value"], "https://plant.example/")

    def test_the_diamond_traces_as_the_specification_says(self):
        body = "\n".join(json.dumps(event) for event in t3_events())
        file = self.node.folder / "t3.ndjson"
        file.write_text(body)
        first = self.node.client("capture", str(file), key_file=self.operator_key)
        self.assertEqual(first.stdout.strip(), "stored 7, duplicate 0, refused 0")
        again = self.node.client("capture", str(file), key_file=self.operator_key)
        self.assertEqual(again.stdout.strip(), "stored 0, duplicate 7, refused 0")

        answer = self.node.request("GET", f"/v1/trace/upstream?start={PREFIX}/Z", key=self.keys["operator"])
        self.assertEqual(answer.status, 200, answer)
        trace = json.loads(answer.body, parse_float=Decimal)
        self.assertEqual(trace["kind"], "upstream")
        self.assertEqual([(n["id"], n["share"], n["mass_kg"], n["hops"]) for n in trace["nodes"]],
                         [(f"{PREFIX}/{i}", Decimal(s), m, h) for i, s, m, h in [
                             ("M", "0.75", 45000, 2), ("Q", "0.5", 30000, 1), ("R", "0.5", 30000, 1),
                             ("A", "0.45", 27000, 3), ("B", "0.3", 18000, 3), ("C", "0.25", 15000, 2),
                             ("P", "0.25", 15000, 2)]])
        self.assertEqual(trace["closure"], {"resolved": 1, "unknown": 0, "masked": 0, "beyond_limit": 0, "pruned": 0})
        self.assertEqual([e["seq"] for e in trace["events"]], [7, 6, 5, 4])
        self.assertEqual((trace["stats"]["nodes_visited"], trace["stats"]["lots_visited"],
                          trace["stats"]["events_visited"]), (12, 8, 4))

        down = self.node.request("GET", f"/v1/trace/downstream?start={PREFIX}/A", key=self.keys["operator"]).json
        self.assertEqual([(n["id"][-1], n["exposure"], n["share_of_start"], n["on_hand_attributed_kg"])
                          for n in down["nodes"]],
                         [("M", 0.6, 1, 0), ("P", 0.6, 0.7, 12000), ("Q", 0.6, 0.3, 0), ("Z", 0.45, 0.45, 27000),
                          ("R", 0.3, 0.5, 21000)])
        explain = self.node.request("GET", f"/v1/trace/explain?from={PREFIX}/A&to={PREFIX}/Z",
                                    key=self.keys["operator"]).json
        self.assertEqual([path["weight"] for path in explain["paths"]], [0.3, 0.15])

        table = self.node.client("trace", f"{PREFIX}/Z", "--up", key_file=self.operator_key).stdout
        self.assertIn("75.000 %", table)
        self.assertIn("resolved 1 · unknown 0", table)
        stranger = self.node.request("GET", f"/v1/trace/upstream?start={PREFIX}/Z")
        self.assertEqual(stranger.status, 401, stranger)

    def test_health_metrics_and_the_api_description_answer(self):
        self.assertEqual(self.curl(f"{self.node.url}/healthz").strip(), "ok")
        self.assertEqual(json.loads(self.curl(f"{self.node.url}/readyz"))["status"], "ready")
        metrics = self.curl(f"{self.node.url}/metrics")
        self.assertIn("ingot_build_info", metrics)
        document = json.loads(self.curl(f"{self.node.url}/docs/openapi.json"))
        self.assertEqual(document["openapi"], "3.1.0")
        for path in ("/v1/codes", "/v1/events", "/v1/trace/upstream"):
            self.assertIn(path, document["paths"])

    def test_help_of_every_command_names_its_options(self):
        top = self.node.run("--help").stdout
        for command in ("init", "serve", "verify", "demo", "prefix", "credential", "assign", "resolve", "capture",
                        "trace", "generate", "bench"):
            self.assertIn(command, top)
            self.assertIn("--help", self.node.run(command, "--help").stdout)


class VerifyTest(unittest.TestCase):
    def test_a_flipped_byte_is_found_and_named(self):
        node = Node().start()
        self.addCleanup(node.close)
        node.add_enterprise(PREFIX)
        self.assertEqual(node.stop(), 0)
        self.assertEqual(node.run("verify", "--data", str(node.data)).returncode, 0)
        file = max(pathlib.Path(node.data, "store").glob("*.sst"), key=lambda path: path.stat().st_size)
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 0x40
        file.write_bytes(bytes(content))
        result = node.run("verify", "--data", str(node.data), check=False)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(file.name, result.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
