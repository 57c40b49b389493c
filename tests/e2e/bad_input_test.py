"""Bad input on every kind of endpoint, as a careless or hostile client would send it; every answer says what is wrong."""
import json
import socket
import ssl
import time
import unittest

from ingot_node import Node

PREFIX = "88.999.3212001"
FOREIGN = "88.999.4"


class BadInputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node().start()
        cls.key = cls.node.add_enterprise(PREFIX)["operator"]
        cls.node.client("prefix", "add", FOREIGN, "--name", "Somebody else")

    @classmethod
    def tearDownClass(cls):
        cls.node.close()

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        problem = answer.json
        self.assertEqual(answer.headers["content-type"].split(";")[0], "application/problem+json")
        for member in ("type", "title", "status", "detail", "requestId"):
            self.assertIn(member, problem)
        self.assertTrue(problem["detail"] or problem.get("errors"), problem)
        return problem

    def test_json(self):
        for body, code in ((b"{", "bad-json"), (b"", "bad-json"), (b'{"a":1}x', "bad-json"), (b'{"a":NaN}', "bad-json"),
                           (b"\xef\xbb\xbf{}", "bad-json"), (b'{"count":1,"count":2}', "duplicate-member"),
                           (b'{"prefix":"88.999.3212001","values":{"class":"PD","product":"PB"},"count":1,"Count":2}',
                            "duplicate-member"),
                           (b'{"prefix":"\xff"}', "bad-encoding"), (b"[" * 40 + b"]" * 40, "json-depth"),
                           (b'{"prefix":"88.999.3212001","owner":"me"}', None)):
            answer = self.node.request("POST", "/v1/codes", body, key=self.key)
            if code:
                self.refused(answer, 400, code)
            else:
                self.assertEqual(answer.status, 400, answer)
                self.assertIn("owner", json.dumps(answer.json))

    def test_identifiers(self):
        for target, status, code in (("/v1/identifiers/88..1/x", 400, "invalid-identifier"),
                                     ("/v1/identifiers/88.1/a%zz", 400, "bad-encoding"),
                                     ("/v1/identifiers/88.1/%C0%AF", 400, "bad-encoding"),
                                     ("/v1/identifiers/88.777.1/x", 404, "prefix-not-hosted"),
                                     (f"/v1/identifiers/{PREFIX}/nothing-here", 404, "not-found"),
                                     ("/v1/nothing", 404, "no-such-route"),
                                     (f"/v1/identifiers/{PREFIX}/x?bogus=1", 400, "unknown-parameter"),
                                     ("/v1/trace/upstream?start=", 400, None),
                                     ("/v1/trace/upstream?start=88.999.3212001/x&theta=2", 400, "invalid-parameter")):
            answer = self.node.request("GET", target, key=self.key)
            self.assertEqual(answer.status, status, (target, answer))
            if code:
                self.assertEqual(answer.code, code, (target, answer))

    def test_rights(self):
        body = {"prefix": FOREIGN, "count": 1, "values": {"class": "PD", "product": "PB"}}
        self.refused(self.node.request("POST", "/v1/codes", body, key=self.key), 403, "forbidden")
        self.refused(self.node.request("POST", "/v1/codes", body), 401, "not-authenticated")
        answer = self.node.request("POST", "/v1/codes", body, key="ingk_aaaaaaaaaa_" + "A" * 43)
        self.assertEqual(answer.status, 401, answer)
        self.assertIn("www-authenticate", answer.headers)

    def test_method_type_and_key(self):
        answer = self.node.request("DELETE", "/v1/codes", key=self.key)
        self.refused(answer, 405, "method-not-allowed")
        self.assertIn("POST", answer.headers["allow"])
        body = {"prefix": PREFIX, "count": 1, "values": {"class": "PD", "product": "PB"}}
        self.refused(self.node.request("POST", "/v1/codes", body, key=self.key, headers={"Content-Type": "text/plain"}),
                     415, "unsupported-media-type")
        self.refused(self.node.request("POST", "/v1/codes", body, key=self.key, headers={"Idempotency-Key": None}),
                     400, "idempotency-key-required")
        self.refused(self.node.request("POST", "/v1/codes", body, key=self.key, headers={"Idempotency-Key": "short"}),
                     400, "idempotency-key-invalid")

    def test_count_and_values(self):
        for count, status in ((0, 400), (-1, 400), (10001, 413), (1.5, 400), ("3", 400)):
            body = {"prefix": PREFIX, "count": count, "values": {"class": "PD", "product": "PB"}}
            self.assertEqual(self.node.request("POST", "/v1/codes", body, key=self.key).status, status, count)
        body = {"prefix": PREFIX, "count": 1, "values": {"class": "XX", "product": "pb 1", "colour": "red"}}
        problem = self.refused(self.node.request("POST", "/v1/codes", body, key=self.key), 422, "profile-violation")
        self.assertGreaterEqual(len(problem["errors"]), 3, problem)

    def test_events(self):
        for body, status in (({}, 400), ({"type": "ObjectEvent"}, 400), ([], 200), ({"type": "Nonsense"}, 400)):
            answer = self.node.request("POST", "/v1/events", body, key=self.key)
            self.assertEqual(answer.status, status, (body, answer))
        event = {"type": "ObjectEvent", "action": "ADD", "eventTime": "2026-02-30T00:00:00Z",
                 "eventTimeZoneOffset": "+00:00", "epcList": []}
        problem = self.refused(self.node.request("POST", "/v1/events", event, key=self.key), 400, "event-invalid")
        self.assertIn("/eventTime", json.dumps(problem))

    def test_a_huge_body_is_refused_before_it_is_read(self):
        with self.raw() as connection:
            connection.sendall(b"POST /v1/codes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                               + f"Authorization: Bearer {self.key}\r\n".encode()
                               + b"Idempotency-Key: 0123456789abcdef\r\nContent-Length: 999999999\r\n\r\n")
            head = connection.recv(65536)
        self.assertIn(b" 413 ", head.split(b"\r\n")[0], head)

    def test_a_slow_client_is_cut_and_others_are_served(self):
        with self.raw() as connection:
            connection.sendall(b"GET /healthz HTT")
            started = time.monotonic()
            for _ in range(5):
                self.assertEqual(self.node.request("GET", "/healthz").status, 200)
            connection.settimeout(20)
            answer = connection.recv(65536)
            took = time.monotonic() - started
        self.assertTrue(answer == b"" or b" 408 " in answer.split(b"\r\n")[0], answer)
        self.assertLess(took, 15)

    def raw(self):
        return self.node.tls().wrap_socket(socket.create_connection(("127.0.0.1", self.node.port), timeout=30),
                                           server_hostname="localhost")

    def test_languages(self):
        chinese = self.node.request("GET", "/v1/nothing", headers={"Accept-Language": "zh-CN"})
        self.assertEqual(chinese.headers["content-language"], "zh-CN")
        self.assertTrue(any(ord(c) > 0x4E00 for c in chinese.json["title"]), chinese.json)
        english = self.node.request("GET", "/v1/nothing", headers={"Accept-Language": "en"})
        self.assertEqual(english.headers["content-language"], "en")


if __name__ == "__main__":
    unittest.main(verbosity=2)
