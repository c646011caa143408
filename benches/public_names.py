#!/usr/bin/env python3
"""Public sets of names, each learned by `wenmai train tagger` from its own training part alone.

    cargo build --release
    python3 benches/public_names.py --wenmai target/release/wenmai --data ../shared/corpus/ner

Prints one table: entity F1 (both ends and the type) on a part that nothing was learned from. Where a set comes with a dev
part, that is it; else every tenth row is kept aside. The command is the same for all of them and has no settings. Classes
of words and characters are the built-in ones, learned from plain text; none of the sets went into them. Takes about ten
minutes on one core; `--only weibo` for one set.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

# Set, training part, dev part or None.
SETS = [
    ("weibo", "weibo/train.jsonl", "weibo/dev.jsonl"),
    ("resume", "resume/train.jsonl", "resume/dev.jsonl"),
    ("peoples_daily", "peoples_daily_zjy/train_partial.jsonl", "peoples_daily_zjy/dev.jsonl"),
    ("msra", "msra/train_partial.jsonl", None),
    ("cluener", "cluener2020/train.jsonl", None),
]


def split(path, folder):
    """Every tenth row kept aside."""
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    train, dev = folder / "train.jsonl", folder / "dev.jsonl"
    dev.write_text("".join(rows[::10]), encoding="utf-8")
    train.write_text("".join(row for at, row in enumerate(rows) if at % 10), encoding="utf-8")
    return train, dev


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wenmai", default="target/release/wenmai")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/corpus/ner"))
    parser.add_argument("--clusters", help="the built-in ones when not given")
    parser.add_argument("--only")
    arguments = parser.parse_args()
    print(f"{'set':<14} {'texts':>6} {'held out':>8} {'spans':>6} {'P':>7} {'R':>7} {'F1':>7} {'seconds':>8}")
    for name, train, dev in SETS:
        if arguments.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            train = arguments.data / train
            if dev is None:
                train, dev = split(train, folder)
            else:
                dev = arguments.data / dev
            begin = time.time()
            command = [arguments.wenmai, "-q", "train", "tagger", "--train", train, "--out", folder / "model"]
            if arguments.clusters:
                command += ["--clusters", arguments.clusters]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds = time.time() - begin
            command = [arguments.wenmai, "-q", "evaluate", "tagger", "--model", folder / "model", "--data", dev]
            report = json.loads(subprocess.run([*command, "--json"], check=True, capture_output=True).stdout)
            texts = sum(1 for _ in open(train, encoding="utf-8"))
            every = report["all"]
            print(
                f"{name:<14} {texts:>6} {report['texts']:>8} {every['support']:>6} {every['precision']:>7.4f} "
                f"{every['recall']:>7.4f} {every['f1']:>7.4f} {seconds:>8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
