"""kill -9 under load: codes, records and events that were acknowledged are there, whole, and no code is ever issued twice
(durability.md D1, identifiers.md 8). E2E_ROUNDS and E2E_SEED make it longer or repeat it."""
import os
import random
import threading
import time
import unittest
import uuid

from ingot_node import Node

ROUNDS = int(os.environ.get("E2E_ROUNDS", "30"))
SEED = int(os.environ.get("E2E_SEED", "1"))
PREFIX = "88.999.3212001"
BASE = f"https://ingot.example/{PREFIX}/"


class Writer(threading.Thread):
    """Sends one change after another until the node is gone. A subclass makes the calls and judges what is left."""

    def __init__(self, node, key):
        super().__init__(daemon=True)
        self.node, self.key = node, key
        self.acknowledged = []  # (call, answer) in order
        self.in_flight = None   # the call whose answer was lost
        self.error = None

    def run(self):
        try:
            self.connection = self.node.connection(timeout=10)
            while True:
                call = self.next_call()
                call["headers"]["Idempotency-Key"] = str(uuid.uuid4())
                self.in_flight = call
                answer = self.send(call)
                if answer.status in (429, 503):
                    time.sleep(0.01)
                    continue
                if answer.status not in (200, 201):
                    raise AssertionError(f"unexpected answer {answer}")
                self.acknowledged.append((call, answer))
                self.in_flight = None
        except AssertionError as error:
            self.error = error
        except Exception:  # the node was killed
            pass

    def send(self, call, connection=None):
        return self.node.request(call["method"], call["target"], call["body"], key=self.key, headers=call["headers"],
                                 connection=connection or self.connection)


class Codes(Writer):
    """Assigns codes."""

    def __init__(self, node, key, product, codes_a_call, issued):
        super().__init__(node, key)
        self.product, self.count, self.issued = product, codes_a_call, issued

    def next_call(self):
        return {"method": "POST", "target": "/v1/codes", "headers": {},
                "body": {"prefix": PREFIX, "count": self.count, "values": {"class": "PD", "product": self.product}}}

    def take(self, test, codes):
        for code in codes:
            test.assertNotIn(code, self.issued, "issued twice")
            self.issued.add(code)

    def judge(self, test, connection):
        codes = [code for _, answer in self.acknowledged for code in answer.json["codes"]]
        self.take(test, codes)
        for start in range(0, len(codes), 500):
            rows = self.node.request("POST", "/v1/resolve", {"items": codes[start:start + 500]}, key=self.key,
                                     connection=connection).json["results"]
            test.assertEqual([row for row in rows if row["status"] != "found"], [], "acknowledged but gone")
        if self.in_flight:  # outcome unknown: the repeat gives one effect, whether it had committed or not
            answer = self.send(self.in_flight, connection)
            test.assertEqual(answer.status, 201, answer)
            self.take(test, answer.json["codes"])


class Updates(Writer):
    """Changes one record again and again, each change on top of the one before."""

    def __init__(self, node, key, code, etag, value):
        super().__init__(node, key)
        self.code, self.etag, self.value = code, etag, value  # as the round begins, then as it was found after it

    def next_call(self):
        etag = self.acknowledged[-1][1].headers["etag"] if self.acknowledged else self.etag
        return {"method": "PUT", "target": f"/v1/identifiers/{self.code}", "headers": {"If-Match": etag},
                "body": {"values": [{"index": 1, "type": "WEIGHT", "data": str(self.value + len(self.acknowledged) + 1)}]}}

    def judge(self, test, connection):
        known = self.value + len(self.acknowledged)
        record = self.node.request("GET", f"/v1/identifiers/{self.code}", key=self.key, connection=connection)
        test.assertEqual(record.status, 200, record)
        values = record.json["values"]
        stored = int(values[0]["data"]["value"]) if values else 0
        test.assertIn(stored, (known, known + 1) if self.in_flight else (known,), "an acknowledged update is gone")
        self.etag, self.value = record.headers["etag"], stored


class Events(Writer):
    """Captures documents of three events: two lots come, one lot is made of them."""

    def __init__(self, node, key, name):
        super().__init__(node, key)
        self.name, self.number = name, 0

    def next_call(self):
        self.number += 1
        return {"method": "POST", "target": "/v1/events?on_error=rollback", "headers": {}, "body": self.document()}

    def document(self):
        lots = [f"{self.name}-{self.number}-{part}" for part in "ABM"]

        def quantity(lot, kilos):
            return [{"epcClass": BASE + lot, "quantity": kilos, "uom": "KGM"}]

        when = {"eventTime": "2026-01-01T08:00:00Z", "eventTimeZoneOffset": "+00:00"}
        events = [{"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning", "quantityList": quantity(lot, 30),
                   **when} for lot in lots[:2]]
        events.append({"type": "TransformationEvent", "inputQuantityList": quantity(lots[0], 30) + quantity(lots[1], 20),
                       "outputQuantityList": quantity(lots[2], 50), **when, "eventTime": "2026-01-01T09:00:00Z"})
        for event in events:
            event["eventID"] = f"urn:uuid:{uuid.uuid4()}"
        return events

    def found(self, event, connection):
        target = "/v1/events/" + event["eventID"].replace(":", "%3A")
        return self.node.request("GET", target, key=self.key, connection=connection).status == 200

    def judge(self, test, connection):
        # Sent again as new requests: a stored event is a duplicate under its old number, a lost one would be stored.
        calls = [(call["body"], answer.json["results"]) for call, answer in self.acknowledged]
        for start in range(0, len(calls), 500):
            some = calls[start:start + 500]
            answer = self.node.request("POST", "/v1/events?on_error=proceed",
                                       [event for events, _ in some for event in events], key=self.key,
                                       connection=connection)
            test.assertEqual(answer.status, 200, answer)
            rows = [(row["status"], row["seq"]) for row in answer.json["results"]]
            test.assertEqual(rows, [("duplicate", row["seq"]) for _, results in some for row in results],
                             "an acknowledged event is gone")
        for events, _ in calls[-2:]:
            made = events[2]["outputQuantityList"][0]["epcClass"].removeprefix(BASE)
            trace = self.node.request("GET", f"/v1/trace/upstream?start={PREFIX}/{made}", key=self.key,
                                      connection=connection).json
            test.assertEqual([(node["mass_kg"], node["share"]) for node in trace["nodes"]], [(30, 0.6), (20, 0.4)])
        if self.in_flight:
            there = [self.found(event, connection) for event in self.in_flight["body"]]
            test.assertEqual(len(set(there)), 1, "a document is half there")
            answer = self.send(self.in_flight, connection)
            test.assertIn(answer.status, (200, 201), answer)
            test.assertEqual(answer.json["stored"], 3, answer)


class KillTest(unittest.TestCase):
    def test_acknowledged_changes_survive_and_codes_are_never_issued_twice(self):
        rng = random.Random(SEED)
        started = time.monotonic()
        print(f"seed {SEED}, {ROUNDS} rounds")
        node = Node().start()
        self.addCleanup(node.close)
        key = node.add_enterprise(PREFIX)["operator"]
        issued, calls, replayed = set(), dict.fromkeys(("Codes", "Updates", "Events"), 0), 0
        records = self.make_records(node, key, issued)
        for round_number in range(ROUNDS):
            writers = [Codes(node, key, f"P{n}", rng.choice([1, 3, 50]), issued) for n in range(4)]
            writers += [Updates(node, key, *record) for record in records]
            writers += [Events(node, key, f"R{round_number}W{n}") for n in range(3)]
            for writer in writers:
                writer.start()
            time.sleep(rng.uniform(0.15, 0.6))
            node.kill()
            for writer in writers:
                writer.join(20)
                self.assertFalse(writer.is_alive())
                self.assertIsNone(writer.error)
            node.start()
            connection = node.connection()
            for writer in writers:
                with self.subTest(round=round_number, writer=type(writer).__name__):
                    writer.judge(self, connection)
                calls[type(writer).__name__] += len(writer.acknowledged)
                for call, first in writer.acknowledged[-2:]:  # byte for byte the same answer by its key
                    again = writer.send(call, connection)
                    self.assertEqual((again.status, again.body), (first.status, first.body))
                    replayed += 1
            connection.close()
            records = [(w.code, w.etag, w.value) for w in writers if isinstance(w, Updates)]
        self.check_counters(issued)
        self.assertEqual(node.stop(), 0)
        verify = node.run("verify", "--data", str(node.data), "--deep", "--json", check=False)
        self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)
        print(f"{calls}, {len(issued)} codes, {replayed} replays, nothing lost, {time.monotonic() - started:.0f} s")
        for kind, count in calls.items():
            self.assertGreater(count, 5 * ROUNDS, kind)

    def check_counters(self, issued):
        """No number is lost: of every counter, what was issued follows on from 1."""
        numbers = {}
        for code in issued:
            scope, serial = code.rsplit(".", 1)
            numbers.setdefault(scope, []).append(int(serial.split("-")[0]))
        for scope, found in numbers.items():
            self.assertEqual(sorted(found), list(range(1, len(found) + 1)), scope)

    def make_records(self, node, key, issued):
        codes = node.request("POST", "/v1/codes", {"prefix": PREFIX, "count": 3,
                                                   "values": {"class": "PD", "product": "REC"}}, key=key).json["codes"]
        issued.update(codes)
        etags = [node.request("GET", f"/v1/identifiers/{code}", key=key).headers["etag"] for code in codes]
        return [(code, etag, 0) for code, etag in zip(codes, etags)]


if __name__ == "__main__":
    unittest.main(verbosity=2)
