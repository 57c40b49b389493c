"""What must not be told is not told: keys, query strings, bodies and raw paths reach neither log nor metrics
(spec/operations.md 4); API keys reach no answer. And what an operator looks for is there: names of threads."""
import pathlib
import unittest

from ingot_node import Node, wait_until

PREFIX = "88.999.3212001"


class SecretsTest(unittest.TestCase):
    def setUp(self):
        self.node = Node(settings='[logging]\nlevel = "debug"').start()
        self.addCleanup(self.node.close)

    def test_canaries_stay_where_they_were_sent(self):
        key = self.node.add_enterprise(PREFIX)["operator"]
        unknown = key[:-8] + "CANARYKY"
        answers = []

        def send(method, target, body=None, key=key, headers=None):
            answers.append(self.node.request(method, target, body, key=key, headers=headers))
            return answers[-1].status

        self.assertEqual(send("GET", "/v1/prefixes"), 200)
        self.assertEqual(send("GET", "/v1/prefixes", key=unknown), 401)
        self.assertEqual(send("GET", "/v1/prefixes", key=None, headers={"Authorization": "Basic CANARYBASIC"}), 401)
        self.assertEqual(send("GET", "/v1/prefixes?bogus=CANARYQUERY"), 400)
        self.assertEqual(send("GET", f"/v1/identifiers/{PREFIX}/x?view=CANARYQUERY"), 400)
        self.assertEqual(send("GET", "/v1/nothing/CANARYPATH"), 404)
        self.assertEqual(send("POST", "/v1/codes", {"prefix": PREFIX, "note": "CANARYBODY"}), 400)
        self.assertEqual(send("POST", "/v1/codes", b'{"prefix":"CANARYBODY'), 400)
        self.assertEqual(send("POST", "/v1/resolve", {"ids": ["CANARYBODY"]}), 200)
        self.assertEqual(send("PUT", f"/v1/identifiers/{PREFIX}/held",
                              {"values": [{"index": 1, "type": "TEXT", "data": "CANARYBODY"}]}), 201)
        made = self.node.request("POST", "/v1/credentials", {"role": "viewer", "prefix": PREFIX},
                                 key=self.node.admin_key)
        self.assertEqual(made.status, 201, made)
        fresh = made.json["key"]
        metrics = self.node.request("GET", "/metrics").body.decode()
        self.assertEqual(self.node.stop(), 0)
        log = self.node.log_text()
        self.assertGreater(log.count('"msg":"request"'), 10, "every request has its line")
        for canary in (key, unknown, fresh, self.node.admin_key, "CANARYBASIC", "CANARYQUERY", "CANARYPATH",
                       "CANARYBODY"):
            self.assertNotIn(canary, log)
            self.assertNotIn(canary, metrics)
        for answer in answers:
            for secret in (key, unknown, "CANARYKY", "CANARYBASIC"):
                self.assertNotIn(secret, answer.body.decode() + str(answer.headers))

    def test_threads_have_names(self):
        def names():
            tasks = pathlib.Path(f"/proc/{self.node.process.pid}/task").iterdir()
            return {(task / "comm").read_text().strip() for task in tasks}
        wanted = {"ingot-io", "ingot-worker", "ingot-commit"}
        self.assertTrue(wait_until(lambda: wanted <= names(), 10), names())


if __name__ == "__main__":
    unittest.main(verbosity=2)
