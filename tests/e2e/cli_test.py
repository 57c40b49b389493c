"""What a user of each command does and does wrong: exit code of operations.md 3, and a message that says what is wrong and
what would be right, in the reader's language."""
import json
import os
import pathlib
import pty
import re
import signal
import socket
import subprocess
import time
import unittest

from ingot_node import PROGRAM, Node

PREFIX = "88.999.1"
FOREIGN = "88.999.4"
COMMANDS = ["init", "serve", "check-config", "verify", "version", "prefix add", "prefix list", "credential add",
            "credential list", "credential revoke", "assign", "resolve", "capture", "trace", "generate plant", "demo"]
CHINESE = re.compile("[\u4e00-\u9fff]")


def event(number, **members):
    return {"type": "ObjectEvent", "action": "ADD", "eventID": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
            "eventTime": "2026-01-01T00:00:00Z", "eventTimeZoneOffset": "+00:00",
            "quantityList": [{"epcClass": f"https://ingot.example/{PREFIX}/L{number}", "quantity": 1000, "uom": "KGM"}],
            **members}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class CommandLineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node().start()
        cls.folder = cls.node.folder
        cls.keys = {}
        for role, key in cls.node.add_enterprise(PREFIX, "示例铅锌厂").items():
            cls.keys[role] = cls.file(f"{role}.key", key + "\n")
        cls.node.client("prefix", "add", FOREIGN, "--name", "Somebody else")

    @classmethod
    def tearDownClass(cls):
        cls.node.close()

    @classmethod
    def file(cls, name, content):
        path = cls.folder / name
        path.write_text(content, encoding="utf-8")
        path.chmod(0o600)
        return path

    def run_as(self, who, *arguments, language="C.UTF-8", **env):
        """who: a role, "admin", or "nobody"."""
        full = self.node.client_env(self.keys.get(who, self.node.admin_key_file))
        full.pop("LC_ALL", None)
        full.pop("LC_MESSAGES", None)
        full["LANG"] = language
        if who == "nobody":
            del full["INGOT_KEY"]
        full.update(env)
        return self.node.run(*arguments, check=False, env={k: v for k, v in full.items() if v is not None})

    def expect(self, result, code, *said):
        self.assertEqual(result.returncode, code, result.args[1:] + [result.stdout + result.stderr])
        for text in said:
            self.assertIn(text, result.stderr, result.args[1:])

    def test_every_exit_code_a_client_can_meet(self):
        missing = str(self.folder / "absent")
        empty = str(self.file("empty.json", ""))
        garbage = str(self.file("garbage", "no key and no certificate\n"))
        stranger = str(self.file("stranger.key", "ingk_aaaaaaaaaa_" + "A" * 43 + "\n"))
        good = str(self.file("one.json", json.dumps(event(1))))
        node_down = f"https://localhost:{free_port()}"
        other_ca = self.folder / "other/pki/ca.pem"
        self.node.run("init", "--data", str(self.folder / "other"))
        assign = ["--class", "PD", "--product", "PB99994"]
        rows = [
            ("operator", ["assign", PREFIX, *assign], {}, 0, []),
            ("operator", ["assign", FOREIGN, *assign], {}, 6, ["403", "forbidden"]),
            ("operator", ["assign", "88..1", *assign], {}, 2, ["400"]),
            ("operator", ["assign", PREFIX, "--class", "XX", "--product", "pb 1"], {}, 2, ["422", "/values/class"]),
            ("nobody", ["assign", PREFIX, *assign], {}, 6, ["401"]),
            ("viewer", ["assign", PREFIX, *assign], {}, 6, ["403"]),
            ("operator", ["assign", PREFIX, *assign], {"INGOT_KEY": stranger}, 6, ["401"]),
            ("operator", ["capture", good], {"INGOT_KEY": stranger}, 6, ["401"]),
            ("operator", ["credential", "list"], {"INGOT_KEY": stranger}, 6, ["401"]),
            ("operator", ["resolve", PREFIX + "/nothing"], {}, 1, ["404", "Not found"]),
            ("operator", ["resolve", "88..1/x"], {}, 2, ["400", "invalid-identifier", "prefix/suffix"]),
            ("operator", ["resolve", "88.777.1/x"], {}, 1, ["prefix-not-hosted"]),
            ("operator", ["resolve", "x"], {"INGOT_NODE": node_down}, 5, ["INGOT_NODE", node_down]),
            ("operator", ["resolve", "x"], {"INGOT_NODE": "http://localhost"}, 2, ["https://"]),
            ("operator", ["resolve", "x"], {"INGOT_NODE": None}, 2, ["--node"]),
            ("operator", ["resolve", PREFIX + "/x"], {"INGOT_CA": str(other_ca)}, 5, ["certificate", "--ca"]),
            ("operator", ["resolve", PREFIX + "/x"], {"INGOT_CA": missing}, 2, [missing]),
            ("operator", ["resolve", PREFIX + "/x"], {"INGOT_CA": garbage}, 2, [garbage]),
            ("operator", ["resolve", PREFIX + "/x"], {"INGOT_KEY": missing}, 2, [missing, "--key"]),
            ("operator", ["resolve", PREFIX + "/x"], {"INGOT_KEY": garbage}, 2, [garbage, "ingk_"]),
            ("operator", ["capture", good], {}, 0, []),
            ("viewer", ["capture", good], {}, 6, ["403"]),
            ("nobody", ["capture", good], {}, 6, ["401"]),
            ("operator", ["capture", missing], {}, 2, [missing]),
            ("operator", ["capture", empty], {}, 2, ["empty", "EPCIS"]),
            ("operator", ["capture", str(self.folder)], {}, 2, [str(self.folder)]),
            ("operator", ["capture", garbage], {}, 2, ["bad-json"]),
            ("operator", ["trace", PREFIX + "/nothing"], {}, 1, ["404"]),
            ("operator", ["trace", PREFIX + "/L1", "--basis", "weightt"], {}, 2, ["basis"]),
            ("operator", ["trace", PREFIX + "/L1", "--theta", "2"], {}, 2, ["theta"]),
            ("admin", ["prefix", "add", PREFIX, "--name", "x"], {}, 1, ["409"]),
            ("admin", ["prefix", "add", "88..1", "--name", "x"], {}, 2, ["400"]),
            ("operator", ["prefix", "add", "88.999.9", "--name", "x"], {}, 6, ["403"]),
            ("admin", ["credential", "add", "--role", "king"], {}, 2, ["role"]),
            ("operator", ["credential", "list"], {}, 6, ["403"]),
            ("admin", ["credential", "revoke", "nobody"], {}, 1, ["404"]),
            ("operator", ["generate", "plant", "--days", "1", "--out", missing + "/x"], {}, 2, [missing]),
            ("operator", ["demo", "--prefix", "88.999.8", "--operator-key", missing], {}, 6, ["403"]),
            ("operator", ["demo", "--operator-key", missing], {"INGOT_NODE": node_down}, 5, [node_down]),
        ]
        for who, arguments, env, code, said in rows:
            with self.subTest(who=who, arguments=arguments, env=env):
                self.expect(self.run_as(who, *arguments, **env), code, *said)
        self.assertFalse(pathlib.Path(missing).exists(), "a demo that was refused leaves no key file")

    def test_every_exit_code_of_the_commands_of_a_data_folder(self):
        data, config = str(self.node.data), str(self.node.data / "ingot.toml")
        wrong = str(self.file("wrong.toml", '[limits]\nbodi = "1MiB"\n'))
        taken = f"listen.https=127.0.0.1:{self.node.port}"
        self.node.run("init", "--data", str(self.folder / "second"), "--listen", "127.0.0.1:0")
        second = str(self.folder / "second/ingot.toml")
        rows = [
            (["init", "--data", data], 3, ["not empty"]),
            (["init", "--data", str(self.folder / "new"), "--name", "a b"], 2, ["--name"]),
            (["init", "--data", str(self.folder / "new"), "--listen", "8443"], 2, ["--listen", "127.0.0.1:8443"]),
            (["serve", "--config", str(self.folder / "absent.toml")], 2, ["absent.toml"]),
            (["serve", "--config", wrong], 2, ["wrong.toml:2: limits.bodi: unknown key; did you mean limits.body?"]),
            (["serve", "--config", config], 3, []),
            (["serve", "--config", second, "--set", taken], 2, [str(self.node.port)]),
            (["serve", "--config", second, "--set", "limits.body"], 2, ["KEY=VALUE"]),
            (["check-config", "--config", wrong], 2, ["node.name: required"]),
            (["check-config", "--config", second], 0, []),
            (["verify", "--data", data], 3, []),
            (["verify", "--data", str(self.folder / "absent")], 2, ["absent"]),
            (["verify", "--data", str(self.folder / "second")], 0, []),
            (["version"], 0, []),
        ]
        for arguments, code, said in rows:
            with self.subTest(arguments=arguments):
                self.expect(self.run_as("nobody", *arguments, INGOT_NODE=None, INGOT_CA=None), code, *said)
        unknown = self.run_as("nobody", "check-config", "--config", second, INGOT_LIMITS_BODI="1MiB")
        self.expect(unknown, 2, "INGOT_LIMITS_BODI", "did you mean INGOT_LIMITS_BODY?")

    def test_a_wrong_command_line_names_the_word_and_what_would_be_right(self):
        rows = [
            ([], "which command? There are init, admin-key, serve,"),
            (["asign", PREFIX], 'ingot: there is no command "asign"; did you mean "assign"?'),
            (["xyzzy"], 'there is no command "xyzzy"; there are init, admin-key, serve,'),
            (["prefix", "ad"], 'ingot prefix: there is no command "ad"; did you mean "add"?'),
            (["prefix"], "ingot prefix: which command? There are add, list"),
            (["assign", PREFIX, "--clas", "PD"], 'ingot assign: there is no option "--clas"; did you mean "--class"?'),
            (["assign", PREFIX, "--class", "PD"], "ingot assign: --product is required: product, e.g. PB99994"),
            (["assign", PREFIX, "--class", "PD", "--product", "X", "--count", "two"], '"two" is not a whole number'),
            (["assign", PREFIX, "--class", "PD", "--product", "X", "--count", "0"], "from 1 to 1000000"),
            (["assign", PREFIX, "extra", "--class", "PD", "--product", "X"], 'the word "extra" is one too many'),
            (["assign", PREFIX, "--class"], "--class needs one value"),
            (["resolve"], "identifier is required: prefix/suffix"),
            (["trace", "x", "--up", "--down"], "cannot stand together"),
            (["trace", "x", "--depth", "deep"], '--depth: "deep" is not a whole number'),
            (["generate", "plant", "--out", "-", "--days", "0"], "from 1 to 36500"),
            (["--lang", "fr", "version"], '--lang is zh or en, not "fr"'),
        ]
        for arguments, said in rows:
            with self.subTest(arguments=arguments):
                result = self.run_as("nobody", *arguments)
                self.expect(result, 2, said)
                self.assertEqual(result.stdout, "")
                if "--lang" not in arguments:
                    self.assertRegex(result.stderr, r"see: ingot[a-z ]* --help")

    def test_help_of_every_command_fits_a_screen_and_gives_an_example_in_both_languages(self):
        for command in COMMANDS:
            for language in ("en", "zh"):
                with self.subTest(command=command, language=language):
                    text = self.node.run(*command.split(), "--help", "--lang", language).stdout
                    self.assertRegex(text, rf"\n  ingot {command}")
                    self.assertLessEqual(len(text.splitlines()), 40, text)
                    self.assertEqual(bool(CHINESE.search(text)), language == "zh", text)
        self.assertLessEqual(len(self.node.run("--help").stdout.splitlines()), 40)

    def test_messages_are_in_the_language_of_the_person(self):
        for arguments, code in ((["resolve", PREFIX + "/nothing"], 1), (["asign"], 2), (["capture", "/absent"], 2),
                                (["resolve"], 2), (["trace", PREFIX + "/nothing"], 1)):
            with self.subTest(arguments=arguments):
                self.assertRegex(self.run_as("operator", *arguments, language="zh_CN.UTF-8").stderr, CHINESE)
                english = self.run_as("operator", *arguments, "--lang", "en", language="zh_CN.UTF-8")
                self.expect(english, code)
                self.assertNotRegex(english.stderr, CHINESE)
                self.assertRegex(self.run_as("operator", *arguments, "--lang=zh").stderr, CHINESE)
        wrong = str(self.file("falsch.toml", '[limits]\nbody = "1MB"\n'))
        self.expect(self.run_as("nobody", "check-config", "--config", wrong, "--lang", "zh"), 2,
                    'falsch.toml:2：limits.body："1MB" 不是容量；是否想写 "1MiB"？', "node.name：必填")

    def test_a_refused_event_is_one_line_with_its_place_and_what_would_be_right(self):
        lines = ["", json.dumps(event(11)), "", json.dumps(event(12, eventTime="yesterday")),
                 json.dumps(event(13, action="MAKE"))]
        file = self.file("mixed.ndjson", "\n".join(lines) + "\n")
        result = self.run_as("operator", "capture", str(file))
        self.expect(result, 1, "mixed.ndjson: line 4, ", "mixed.ndjson: line 5, ", "/eventTime", "/action")
        self.assertEqual(result.stdout, "stored 1, duplicate 0, refused 2\n")
        told = result.stderr.splitlines()
        self.assertEqual(len(told), 2, result.stderr)
        for line in told:
            self.assertNotIn("{", line)
        chinese = self.run_as("operator", "capture", str(file), "--lang", "zh")
        self.expect(chinese, 1, "第 4 行")
        self.assertEqual(chinese.stdout, "已存 0，重复 1，拒绝 2\n")

        document = {"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-01-01T00:00:00Z",
                    "epcisBody": {"eventList": [event(14), event(15, eventTime="yesterday")]}}
        result = self.run_as("operator", "capture", str(self.file("document.json", json.dumps(document, indent=1))))
        self.expect(result, 1, "document.json: event 2, ")
        whole = self.run_as("operator", "capture", "--rollback", str(file))
        self.expect(whole, 1, "line 4")
        self.assertRegex(whole.stdout, r"^stored 0, duplicate 0, refused 1, not stored with them \d+\n")

    def test_lists_are_tables_that_a_person_reads_and_json_is_the_answer(self):
        prefixes = self.run_as("admin", "prefix", "list").stdout.splitlines()
        self.assertEqual(prefixes[0].split(), ["PREFIX", "ENTERPRISE", "STATUS"])
        rows = {line.split()[0]: line for line in prefixes[1:]}
        self.assertTrue(rows[PREFIX].endswith("active"))
        # "示例铅锌厂" is five characters and ten columns wide
        self.assertEqual(rows[PREFIX].index("active") + 5, rows[FOREIGN].index("active"))

        credentials = self.run_as("admin", "credential", "list")
        self.assertEqual(credentials.stdout.splitlines()[0].split(),
                         ["ID", "ROLES", "ENTERPRISE", "STATUS", "EXPIRES", "NAME"])
        self.assertIn("platform_admin, security_admin", credentials.stdout)
        self.assertNotRegex(credentials.stdout, r'[\[\]"{}]')
        self.assertRegex(self.run_as("admin", "credential", "list", "--lang", "zh").stdout, "编号.*角色")
        self.assertEqual(json.loads(self.node.run("version", "--json").stdout)["name"], "ingot")
        for what in ("prefix", "credential"):
            self.assertIn("items", json.loads(self.run_as("admin", what, "list", "--json").stdout))

    def test_a_prefix_that_its_enterprise_resolves_itself_is_listed_with_its_address(self):
        added = self.run_as("admin", "prefix", "add", "88.999.7", "--name", "Far", "--referral", "https://far.example/")
        self.expect(added, 0)
        self.assertRegex(self.run_as("admin", "prefix", "list").stdout, r"88\.999\.7 +Far +resolved at https://far\.example/")

    def test_a_key_goes_into_a_file_that_only_its_owner_reads(self):
        out = self.folder / "new.key"
        made = ["credential", "add", "--role", "operator", "--prefix", PREFIX, "--out", str(out)]
        result = self.run_as("admin", *made)
        self.expect(result, 0, str(out))
        self.assertEqual(result.stdout, "")
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        self.assertRegex(out.read_text(), r"^ingk_\S+\n$")
        self.expect(self.run_as("operator", "assign", PREFIX, "--class", "PD", "--product", "X", INGOT_KEY=str(out)), 0)
        self.expect(self.run_as("admin", *made), 3, "not written over")
        refused = self.folder / "refused.key"
        self.expect(self.run_as("operator", *made[:-1], str(refused)), 6)
        self.assertFalse(refused.exists())
        with open(self.folder / "shell.key", "w", encoding="utf-8") as stdout:
            warned = subprocess.run([PROGRAM, *made[:-2]], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=60,
                                    env=self.node.client_env(self.node.admin_key_file), check=True)
        self.assertIn("others can read", warned.stderr)
        self.assertRegex((self.folder / "shell.key").read_text(), r"^ingk_\S+\n$")

    def test_a_trace_names_its_columns_its_basis_and_how_many_lots_are_left_out(self):
        lots = [{"epcClass": f"https://ingot.example/{PREFIX}/%E7%94%B2{n}", "quantity": 1000 * n, "uom": "KGM"} for n in (1, 2, 3)]
        made = [event(20 + n, quantityList=[lot]) for n, lot in enumerate(lots)]
        mixed = {**event(30), "type": "TransformationEvent", "eventTime": "2026-01-01T01:00:00Z", "inputQuantityList": lots,
                 "outputQuantityList": [{"epcClass": f"https://ingot.example/{PREFIX}/OUT", "quantity": 6000, "uom": "KGM"}]}
        for member in ("action", "quantityList"):
            del mixed[member]
        body = "\n".join(json.dumps(each) for each in [*made, mixed])
        self.expect(self.run_as("operator", "capture", str(self.file("mix.ndjson", body))), 0)
        up = self.run_as("operator", "trace", PREFIX + "/OUT", "--up", "--rows", "2").stdout.splitlines()
        self.assertEqual(up[0], f"{PREFIX}/OUT came from: 6,000 kg, on hand 6,000 kg")
        self.assertRegex(up[1], r"^  basis asked gross_mass, used gross_mass, as of 20")
        self.assertEqual(up[3].split(), ["SHARE", "AMOUNT", "STEPS", "LAST", "EVENT", "LOT"])
        self.assertRegex(up[4], rf"^  +50\.000 %  ████     +3,000 kg +1  2026-01-01 \d\d:\d\d  {PREFIX}/甲3")
        self.assertEqual(up[6], "  … 1 more lots; --rows shows more")
        self.assertRegex(up[-1], "^  resolved .* · unknown .* · masked 0 · beyond limit 0 · pruned 0")
        down = self.run_as("operator", "trace", PREFIX + "/甲1", "--down", "--lang", "zh").stdout
        self.assertRegex(down, r"占该批次 +占起点 +数量 +在库 +步数 +最近事件 +批次")
        raw = json.loads(self.run_as("operator", "trace", PREFIX + "/OUT", "--up", "--json").stdout)
        self.assertEqual(raw["kind"], "upstream")

    def test_text_of_others_cannot_steer_the_terminal(self):
        self.expect(self.run_as("admin", "prefix", "add", "88.999.6", "--name", "a\u202eb"), 0)
        listed = self.run_as("admin", "prefix", "list").stdout
        self.assertIn("a?b", listed)
        self.assertNotIn("\u202e", listed)

    def test_long_work_shows_progress_on_a_terminal_only(self):
        arguments = [PROGRAM, "generate", "plant", "--days", "300", "--out", str(self.folder / "plant.ndjson")]
        quiet = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=True)
        self.assertNotIn("\r", quiet.stderr)
        self.assertIn("300 days", quiet.stderr)
        self.assertIn(" %", self.on_terminal(arguments))
        events = "\n".join(json.dumps(event(1000 + n)) for n in range(1500))
        env = self.node.client_env(self.keys["operator"])
        shown = self.on_terminal([PROGRAM, "capture", str(self.file("many.ndjson", events))], env)
        self.assertRegex(shown, r"\d+ %  stored \d+")

    def on_terminal(self, arguments, env=None):
        ours, theirs = pty.openpty()
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=theirs, env=env or os.environ) as process:
            os.close(theirs)
            shown = b""
            try:
                while piece := os.read(ours, 4096):
                    shown += piece
            except OSError:
                pass  # the other end closed
            self.assertEqual(process.wait(120), 0, shown)
        os.close(ours)
        return shown.decode()


class RefusalsOfTheServerTest(unittest.TestCase):
    """The exit codes that protect data, and the one of a second signal."""

    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)
        self.config = str(self.node.data / "ingot.toml")

    def refused(self, *arguments):
        return self.node.run("serve", "--config", self.config, "--lang", "en", *arguments, check=False)

    def test_4_when_the_store_belongs_to_another_log(self):
        result = self.refused("--set", "log.origin=somebody.else/v1/log")
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn("somebody.else/v1/log", result.stderr)

    def test_6_when_others_may_write_into_the_data_folder(self):
        self.node.data.chmod(0o777)
        result = self.refused()
        self.assertEqual(result.returncode, 6, result.stderr)
        self.assertIn(str(self.node.data), result.stderr)

    def test_130_at_a_second_signal(self):
        self.node.start()
        self.node.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)  # it serves on for shutdown.lame_duck, 2 s
        self.node.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.node.process.wait(30), 130)


if __name__ == "__main__":
    unittest.main(verbosity=2)
