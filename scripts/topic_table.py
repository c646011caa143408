#!/usr/bin/env python3
"""Trains `wenmai train topics` on labelled sets, each by itself with the same command, and prints a table as Markdown.

    cargo build --release
    scripts/topic_table.py --data ../shared/corpus > table.md

A set that brings a dev part is judged on that; of the others one document in five is held out, near-duplicates
together, drawn with a fixed seed. Nothing is tuned by hand: settings are chosen by cross-validation on the training
part.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SETS = [
    ("topics", "20 topics of government news, several each"),
    ("bench/thucnews_headline", "THUCNews headlines, 10 classes"),
    ("bench/tnews", "TNEWS headlines, 15 classes"),
    ("bench/newstitle32", "news titles, 32 classes"),
    ("bench/duee", "DuEE sentences, 65 kinds of events, several each"),
    ("bench/cnews_mini", "full news articles, 10 classes"),
    ("bench/hebei_subject", "official subjects of provincial documents, 19 classes"),
]


def figure(output, name):
    found = re.search(rf"^{re.escape(name)} +([0-9.]+)", output, re.MULTILINE)
    return float(found.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/corpus"))
    parser.add_argument("--wenmai", default="target/release/wenmai")
    parser.add_argument("--only", help="names of sets, separated by commas")
    arguments = parser.parse_args()
    print("| set | documents | judged on | accuracy | micro-F1 | macro-F1 | calibration error | lost by pruning and rounding | CPU s | MiB | bundle MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name, title in SETS:
        folder = arguments.data / name
        if arguments.only and pathlib.PurePath(name).name not in arguments.only.split(","):
            continue
        if not (folder / "train.jsonl").exists():
            print(f"skipped: {folder} is not there", file=sys.stderr)
            continue
        dev = folder / "dev.jsonl"
        with tempfile.TemporaryDirectory() as out:
            command = [arguments.wenmai, "train", "topics", "--quiet", "--train", str(folder / "train.jsonl"), "--out", out]
            command += ["--dev", str(dev)] if dev.exists() else ["--hold-out", "5"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                output = process.stdout.read()
                # Of this child alone; RUSAGE_CHILDREN would give the highest memory of all sets so far.
                _, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                sys.exit(f"{' '.join(command)} ended with {process.returncode}")
            size = sum(file.stat().st_size for file in pathlib.Path(out).iterdir())
            manifest = json.loads((pathlib.Path(out) / "manifest.json").read_text(encoding="utf-8"))
        # The first table is about training, the second about the documents judged.
        judged = output[output.index("\ndocuments", output.index("\nlabels")) :]
        single = manifest["calibration"]["assignment"] == "exclusive"
        part = "dev part" if dev.exists() else "one in five held out"
        accuracy = f"{figure(judged, 'top-1 accuracy'):.4f}" if single else ""
        print(
            f"| {title} | {manifest['training']['documents']} | {part}, {figure(judged, 'documents'):.0f} | {accuracy} "
            f"| {figure(judged, 'micro-F1'):.4f} | {figure(judged, 'macro-F1'):.4f} | {figure(judged, 'calibration error'):.4f} "
            f"| {manifest['training']['compression_loss']:.4f} | {used.ru_utime + used.ru_stime:.0f} "
            f"| {used.ru_maxrss / 1024:.0f} | {size / 1e6:.1f} |",
            flush=True,
        )


main()
