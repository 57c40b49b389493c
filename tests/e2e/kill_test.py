"""kill -9 under load: what was acknowledged is there, no code is ever issued twice (durability.md D1, identifiers.md 8)."""
import json
import os
import random
import threading
import time
import unittest
import uuid

from ingot_node import Node

ROUNDS = int(os.environ.get("E2E_ROUNDS", "8"))
SEED = int(os.environ.get("E2E_SEED", "1"))
PREFIX = "88.999.3212001"


class Writer(threading.Thread):
    """Assigns codes one call after another; remembers what was acknowledged, and the call whose answer was lost."""

    def __init__(self, node, key, product, codes_a_call):
        super().__init__(daemon=True)
        self.node, self.key, self.product, self.count = node, key, product, codes_a_call
        self.acknowledged = []      # (idempotency key, [codes])
        self.in_flight = None

    def run(self):
        try:
            connection = self.node.connection(timeout=10)
            while True:
                self.in_flight = str(uuid.uuid4())
                answer = self.node.request(
                    "POST", "/v1/codes", {"prefix": PREFIX, "count": self.count,
                                          "values": {"class": "PD", "product": self.product}},
                    key=self.key, headers={"Idempotency-Key": self.in_flight}, connection=connection)
                if answer.status != 201:
                    if answer.status in (429, 503):
                        time.sleep(0.01)
                        continue
                    raise AssertionError(f"unexpected answer {answer}")
                self.acknowledged.append((self.in_flight, answer.json["codes"]))
                self.in_flight = None
        except (OSError, ConnectionError, Exception) as error:  # the node was killed
            self.error = error


class KillTest(unittest.TestCase):
    def test_acknowledged_codes_survive_and_are_never_issued_twice(self):
        rng = random.Random(SEED)
        print(f"seed {SEED}, {ROUNDS} rounds")
        node = Node().start()
        self.addCleanup(node.close)
        key = node.add_enterprise(PREFIX)["operator"]
        issued = {}
        calls = acknowledged = replayed = 0
        for round_number in range(ROUNDS):
            writers = [Writer(node, key, f"P{n}", rng.choice([1, 3, 50])) for n in range(6)]
            for writer in writers:
                writer.start()
            time.sleep(rng.uniform(0.2, 0.8))
            node.kill()
            for writer in writers:
                writer.join(20)
                self.assertFalse(writer.is_alive())
                self.assertNotIsInstance(writer.error, AssertionError, writer.error)
            node.start()
            for writer in writers:
                for _, codes in writer.acknowledged:
                    calls += 1
                    acknowledged += len(codes)
                    for code in codes:
                        self.assertNotIn(code, issued, f"issued twice in round {round_number}")
                        issued[code] = True
                # Every acknowledged code is known; the last answers are repeated byte for byte by their key.
                codes = [code for _, codes in writer.acknowledged for code in codes]
                for start in range(0, len(codes), 500):
                    rows = node.request("POST", "/v1/resolve", {"items": codes[start:start + 500]}, key=key).json["results"]
                    missing = [row for row in rows if row["status"] != "found"]
                    self.assertEqual(missing, [], f"acknowledged but gone in round {round_number}")
                for idempotency_key, first in writer.acknowledged[-2:]:
                    again = self.repeat(node, key, writer, idempotency_key)
                    self.assertEqual(again.json["codes"], first)
                    replayed += 1
                if writer.in_flight:  # outcome unknown: the repeat gives one effect, whether it had committed or not
                    answer = self.repeat(node, key, writer, writer.in_flight)
                    self.assertEqual(answer.status, 201, answer)
                    for code in answer.json["codes"]:
                        self.assertNotIn(code, issued)
                        issued[code] = True
        self.assertEqual(node.stop(), 0)
        verify = node.run("verify", "--data", str(node.data), "--json", check=False)
        self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)
        print(f"{calls} acknowledged calls, {acknowledged} codes, {replayed} replays, 0 lost, 0 twice")
        self.assertGreater(acknowledged, 100)

    @staticmethod
    def repeat(node, key, writer, idempotency_key):
        return node.request("POST", "/v1/codes", {"prefix": PREFIX, "count": writer.count,
                                                  "values": {"class": "PD", "product": writer.product}},
                            key=key, headers={"Idempotency-Key": idempotency_key})


if __name__ == "__main__":
    unittest.main(verbosity=2)
