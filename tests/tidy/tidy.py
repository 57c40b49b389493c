#!/usr/bin/env python3
"""House rules that a compiler does not check (docs/style.md). Each check prints every offence; any offence fails.

    tests/tidy/tidy.py CHECK        one of the checks below
    tests/tidy/tidy.py --self-test  each check finds a planted fault
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# folder -> folders it may include (docs/architecture.md, "Parts and arrows")
ARROWS = {
    "base": [],
    "ident": ["base"],
    "storage": ["base", "ident"],
    "registry": ["base", "ident", "storage"],
    "resolver": ["base", "ident", "storage", "registry"],
    "tracechain": ["base", "ident", "storage", "registry"],
    "certs": ["base"],
    "net": ["base", "certs"],
    "api": ["base", "ident", "storage", "registry", "resolver", "tracechain", "certs", "net/http.hpp"],
    "app": ["base", "ident", "storage", "registry", "resolver", "tracechain", "certs", "net", "api"],
}

# third-party include -> folders that may use it at all
OWNERS = {
    "boost/": ["net"],
    "rocksdb/": ["storage"],
    "google/protobuf": ["storage"],
    "openssl/": ["base", "certs", "net"],
    "CLI/": ["app"],
    "toml++/": ["app"],
    "zlib.h": ["net"],
}
THIRD_PARTY = list(OWNERS) + ["nlohmann/", ".pb.h"]

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
FORBIDDEN_FOLDERS = {"utils", "util", "common", "core", "helpers", "misc"}


def sources(root, suffixes=(".cpp", ".hpp")):
    for folder in [*ARROWS, "tests"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and "node_modules" not in path.parts:
                yield path


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r'\s*#include\s+["<]([^">]+)[">]', line)
        if match:
            yield number, match.group(1)


def folder_of(root, path):
    return path.relative_to(root).parts[0]


def check_arrows(root):
    """#include only along the arrows"""
    for path in sources(root):
        folder = folder_of(root, path)
        if folder == "tests":
            continue
        allowed = ARROWS[folder] + [folder]
        for number, name in includes(path):
            other = name.split("/")[0]
            if other in ARROWS and other not in allowed and name not in allowed:
                yield f"{path.relative_to(root)}:{number}: {folder} may not include {name}"


def check_third_party(root):
    """third-party types stay where they belong, and out of headers that other folders include"""
    tainted = {}
    for path in sources(root):
        folder = folder_of(root, path)
        for number, name in includes(path):
            owner = next((o for o in OWNERS if name.startswith(o)), None)
            if owner and folder != "tests" and folder not in OWNERS[owner]:
                yield f"{path.relative_to(root)}:{number}: {name} belongs in {', '.join(OWNERS[owner])} only"
            if path.suffix == ".hpp" and any(name.startswith(t) or name.endswith(t) for t in THIRD_PARTY):
                tainted[str(path.relative_to(root))] = name
    for path in sources(root):
        folder = folder_of(root, path)
        for number, name in includes(path):
            if name in tainted and folder != "tests" and folder != name.split("/")[0]:
                yield f"{path.relative_to(root)}:{number}: {name} carries {tainted[name]} types out of its folder"


def check_file_length(root):
    """files stay under 400 lines; at that length look for the second idea"""
    for path in sources(root):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES_MAX:
            yield f"{path.relative_to(root)}: {lines} lines, at most {FILE_LINES_MAX}"


def long_functions(root):
    for path in sources(root, (".cpp",)):
        start = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if start is None and line.endswith("{") and re.match(r"[A-Za-z_~:<]", line) and not re.match(
                    r"(namespace|class|struct|enum|union|extern|constexpr|static constexpr|const|using)\b", line):
                start = (number, line)
            elif start and line.startswith("}"):
                length = number - start[0] + 1
                if length > FUNCTION_LINES_MAX:
                    yield f"{path.relative_to(root)}:{start[0]}: {length} lines: {start[1].rstrip(' {')}"
                start = None


def check_function_length(root):
    """functions over 70 lines: a ratchet that may only be turned down (tests/tidy/long_functions.txt)"""
    ratchet = root / "tests" / "tidy" / "long_functions.txt"
    allowed = int(ratchet.read_text().split()[0]) if ratchet.exists() else 0
    found = list(long_functions(root))
    if len(found) > allowed:
        yield f"{len(found)} functions are over {FUNCTION_LINES_MAX} lines, {allowed} are allowed:"
        yield from found
    if len(found) < allowed:
        yield f"only {len(found)} functions are over {FUNCTION_LINES_MAX} lines: turn the ratchet down to {len(found)}"


def check_co_await(root):
    """no unnamed lambda and no brace-built struct inside an awaited expression (GCC 12 destroys them twice)"""
    for path in sources(root):
        text = re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8"))
        for match in re.finditer(r"co_await\b([^;]*);", text):
            if re.search(r"\[[^\]]*\]\s*(\(|\{|mutable)", match.group(1)) or re.search(r"\w\s*\{", match.group(1)):
                line = text[:match.start()].count("\n") + 1
                yield f"{path.relative_to(root)}:{line}: name the lambda or struct before awaiting"


def check_file_access(root):
    """storage/ opens files only through the injected file system (durability.md 3.1)"""
    for path in sources(root):
        if folder_of(root, path) != "storage" or path.name.startswith("platform_"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = line.split("//")[0]
            if re.search(r"(?<![\w>])::open\s*\(|\b(fopen|creat)\s*\(|\b(std::)?[io]?fstream\b", code):
                yield f"{path.relative_to(root)}:{number}: opens a file directly: {code.strip()}"


def check_names(root):
    """no folder for leftovers"""
    for path in root.rglob("*"):
        if path.is_dir() and path.name in FORBIDDEN_FOLDERS and not {"build", "node_modules", ".git"} & set(path.parts):
            yield f"{path.relative_to(root)}: say what the folder owns"


def check_format(root):
    """clang-format is content"""
    files = [str(p) for p in sources(root)]
    result = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *files], cwd=root, capture_output=True,
                            text=True, check=False)
    if result.returncode != 0:
        yield from sorted({line.split(":")[0] + ": not formatted; run ./dev format"
                           for line in result.stderr.splitlines() if ": error:" in line})


CHECKS = {
    "arrows": check_arrows, "third_party": check_third_party, "file_length": check_file_length,
    "function_length": check_function_length, "co_await": check_co_await, "file_access": check_file_access,
    "names": check_names, "format": check_format,
}

# check -> (file, text) that it must find
PLANTED = {
    "arrows": ("ident/x.hpp", '#include "storage/engine.hpp"\n'),
    "third_party": ("api/x.cpp", "#include <rocksdb/db.h>\n"),
    "file_length": ("base/x.cpp", "\n" * 401),
    "function_length": ("base/x.cpp", "void f() {\n" + "    g();\n" * 70 + "}\n"),
    "co_await": ("net/x.cpp", "task f() {\n    co_await run(pool, [this] { return g(); });\n}\n"),
    "file_access": ("storage/x.cpp", "void f() {\n    int fd = ::open(path, 0);\n}\n"),
    "names": ("utils/x.hpp", "\n"),
    "format": ("base/x.cpp", "int   f ( );\n"),
}


def self_test():
    failed = []
    for name, (file, text) in PLANTED.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / ".clang-format").write_text((ROOT / ".clang-format").read_text())
            if name != "format" and list(CHECKS[name](root)):
                failed.append(f"{name} complains about an empty tree")
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
            if not list(CHECKS[name](root)):
                failed.append(f"{name} does not see its planted fault")
    return failed


def main():
    if sys.argv[1:] == ["--self-test"]:
        offences = self_test()
    elif len(sys.argv) == 2 and sys.argv[1] in CHECKS:
        offences = list(CHECKS[sys.argv[1]](ROOT))
    else:
        print(__doc__, "checks:", ", ".join(CHECKS))
        return 2
    for offence in offences:
        print(offence)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
