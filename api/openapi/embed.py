#!/usr/bin/env python3
"""Writes api/openapi/parts.inc from the parts *.json, so that the program carries them. Run after changing a part;
tests/api/openapi_test.cpp fails when the two differ."""
import pathlib

here = pathlib.Path(__file__).resolve().parent
names = ["frame"] + sorted(path.stem for path in here.glob("*.json") if path.stem != "frame")
out = ["// Made by api/openapi/embed.py from the parts beside it; do not edit.\n"]
for name in names:
    text = (here / f"{name}.json").read_text(encoding="utf-8")
    if len(text.encode()) >= 65536:
        raise SystemExit(f"{name}.json is longer than a string literal may be (65,535 bytes): make two parts of it")
    out.append(f'{{"{name}", R"openapi({text})openapi"}},\n')
(here / "parts.inc").write_text("".join(out), encoding="utf-8")
