"""Bad input on every kind of endpoint, as a careless or hostile client would send it; every answer says what is wrong."""
import calendar
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

    def refused_on_the_wire(self, request, status, code, language):
        """Sends bytes, reads to the end; the answer is a whole problem like any other."""
        with self.raw() as connection:
            connection.sendall(request)
            connection.settimeout(20)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:])
        self.assertIn(f" {status} ", lines[0], answer)
        problem = json.loads(body)
        self.assertEqual(problem["code"], code, problem)
        self.assertEqual(problem["requestId"], fields["Request-Id"], problem)
        self.assertEqual(problem["instance"], "urn:uuid:" + fields["Request-Id"])
        self.assertEqual(problem["type"], f"{self.node.url}/docs/problems/{code}")
        for member in ("title", "detail", "solve"):
            chinese = any(ord(c) > 0x4E00 for c in problem[member])
            self.assertEqual(chinese, language == "zh-CN", (member, problem))
        self.assertEqual(fields["Content-Language"], language)
        self.assertEqual(fields["Connection"], "close")
        self.assertIn("Content-Security-Policy", fields)
        self.assert_logged(self.node, problem["requestId"])
        return problem

    def assert_logged(self, node, text):
        for _ in range(100):  # the log has a thread of its own
            if text in node.log_text():
                return
            time.sleep(0.05)
        self.fail("not in the log: " + text)

    def test_what_the_transport_refuses_is_a_problem_like_any_other(self):
        english, host = b"Accept-Language: en\r\n", b"Host: localhost\r\n"
        get = b"GET /v1/meta HTTP/1.1\r\n"
        for request, status, code, limit in (
                (get + b"%sHost: a b\r\n\r\n", 400, "bad-framing", None),
                (get + host + b"%sno colon\r\n\r\n", 400, "bad-framing", None),
                (get + b"%s" + host + b"X: " + b"a" * 17000, 431, "header-too-large", 16384),
                (get + b"%s" + host + b"A: b\r\n" * 101, 431, "header-too-large", 100),
                (b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\n%s" + host + b"\r\n", 414, "target-too-long", 8192),
                (b"GET / HTTP/2.0\r\n%s" + host + b"\r\n", 505, "version-not-supported", None),
                (b"TRACE / HTTP/1.1\r\n%s" + host + b"\r\n", 405, "method-not-allowed", None),
                (b"POST /v1/resolve HTTP/1.1\r\n%s" + host + b"Content-Length: 9000000\r\n\r\n", 413, "body-too-large",
                 8388608),
                (get + b"%s" + host + b"Content-Length: 70000\r\n\r\n", 413, "body-too-large", 65536)):
            for field, language in ((english, "en"), (b"", "zh-CN"), (b"Accept-Language: de\r\n", "zh-CN")):
                problem = self.refused_on_the_wire(request.replace(b"%s", field), status, code, language)
                self.assertEqual(problem.get("limit"), limit, problem)

    def test_a_late_head_is_told_its_time(self):
        problem = self.refused_on_the_wire(b"GET / HTTP/1.1\r\nAccept-Language: en\r\nHo", 408, "request-timeout", "en")
        self.assertEqual(problem["limit"], 10000)

    def test_the_type_of_a_problem_is_a_page(self):
        problem = self.node.request("GET", "/v1/nothing").json
        self.assertTrue(problem["type"].startswith(self.node.url + "/docs/problems/"), problem)
        page = self.node.request("GET", problem["type"][len(self.node.url):])
        self.assertEqual(page.status, 200)
        self.assertIn(b"no-such-route", page.body)

    def test_headers_are_sent_once_and_pages_cannot_be_framed(self):
        for target in (f"/{PREFIX}/nothing", f"/{PREFIX}/nothing?callback=x", f"/api/handles/{PREFIX}/x?callback=f", "/healthz"):
            connection = self.node.connection()
            connection.request("GET", target)
            response = connection.getresponse()
            names = [name.lower() for name, _ in response.getheaders()]
            self.assertEqual(len(names), len(set(names)), (target, names))
            self.assertIn("frame-ancestors 'none'", response.headers["Content-Security-Policy"], target)
            connection.close()

    def test_absence_may_be_cached_for_a_moment(self):
        target = f"/v1/identifiers/{PREFIX}/nothing-here"
        self.assertEqual(self.node.request("GET", target).headers["cache-control"], "public, max-age=30")
        self.assertEqual(self.node.request("GET", target, key=self.key).headers["cache-control"], "no-store")

    def test_checks_are_dated_by_this_run(self):
        for check in self.node.request("GET", "/readyz").json["checks"]:
            self.assertLess(abs(time.time() - calendar.timegm(time.strptime(check["since"][:19], "%Y-%m-%dT%H:%M:%S"))),
                            3600, check)

    def test_few_descriptors_are_told(self):
        node = Node().start(descriptors=512)
        try:
            self.assert_logged(node, '"descriptors-low","msg":"connections are limited to 256')
        finally:
            node.close()

    def test_groups_and_the_engine_are_measured(self):
        text = self.node.request("GET", "/metrics").body.decode()
        for name in ('ingot_commit_seconds_count{step="wal"}', "ingot_commit_operations_total",
                     "ingot_rocksdb_memtable_bytes", 'ingot_rocksdb_files{level="0"}', "ingot_io_errors_total",
                     "ingot_store_reopen_total"):
            self.assertIn("\n" + name, text)
        groups = int(text.split('ingot_commit_seconds_count{step="wal"} ')[1].split()[0])
        self.assertGreater(groups, 0)

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
