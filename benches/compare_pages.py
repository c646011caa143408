#!/usr/bin/env python3
"""GNE and trafilatura beside wenmai's page reader, on the same pages with the same scoring.

    pip install gne==0.4.3 trafilatura==2.3.1 lxml_html_clean
    cargo build --release
    python3 benches/compare_pages.py --wenmai target/release/wenmai --pages ../shared/corpus/html/expected.jsonl

Text is compared without white space. The two libraries get the page decoded by the charset that the data name, wenmai gets
the bytes and finds the charset by itself. A field that a library does not have is shown as "-": GNE's author stands for
the byline, trafilatura's sitename for the source; their publish times are compared to the day where they give only the day.
"""
import argparse
import collections
import contextlib
import io
import json
import pathlib
import re
import subprocess


def squeezed(text):
    return re.sub(r"[\s\u200b\ufeff\u00ad]", "", text or "")


def read_gne(page):
    from gne import GeneralNewsExtractor
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        found = GeneralNewsExtractor().extract(page)
    return {"text": found.get("content", ""), "title": found.get("title", ""), "published": found.get("publish_time", ""),
            "byline": found.get("author", "")}


def read_trafilatura(page):
    import trafilatura
    found = trafilatura.bare_extraction(page, with_metadata=True, include_tables=True, favor_recall=False)
    if found is None:
        return {"text": ""}
    found = found if isinstance(found, dict) else found.as_dict()
    return {"text": found.get("text") or "", "title": found.get("title") or "", "published": found.get("date") or "",
            "source": found.get("sitename") or "", "byline": found.get("author") or ""}


def same_time(found, expected):
    digits = [int(part) for part in re.findall(r"\d+", found or "")]
    wanted = [int(part) for part in re.findall(r"\d+", expected)]
    shared = min(len(digits), len(wanted))
    return shared >= 3 and digits[:shared] == wanted[:shared]


def score(row, answer):
    text = squeezed(answer.get("text", ""))
    for must in row["must"]:
        yield "must", squeezed(must) in text
    for leak in row["must_not"]:
        yield "must not", squeezed(leak) not in text
    for field in ["title", "source"]:
        if row.get(field):
            yield field, field in answer and squeezed(answer[field]) == squeezed(row[field])
    if row.get("published"):
        yield "publish time", same_time(answer.get("published"), row["published"])
    if row.get("byline"):
        found = re.split(r"[、，,;；\s]+", answer.get("byline", "").strip())
        yield "byline", [name for name in found if name] == row["byline"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wenmai", default="target/release/wenmai")
    parser.add_argument("--pages", type=pathlib.Path, default=pathlib.Path("../shared/corpus/html/expected.jsonl"))
    arguments = parser.parse_args()
    report = json.loads(subprocess.run(
        [arguments.wenmai, "evaluate", "extraction", "--quiet", "--json", "--data", str(arguments.pages)],
        check=True, capture_output=True, text=True).stdout)
    table = {"wenmai": {kind["kind"]: (kind["right"], kind["gold"]) for kind in report["kinds"]}}
    readers = {"GNE": read_gne, "trafilatura": read_trafilatura}
    missing = {"GNE": {"source"}, "trafilatura": set()}
    failures = collections.Counter()
    for name, read in readers.items():
        counts = collections.defaultdict(lambda: [0, 0])
        for line in arguments.pages.open(encoding="utf-8"):
            row = json.loads(line)
            page = (arguments.pages.parent / row["file"]).read_bytes().decode(row.get("charset") or "utf-8", "replace")
            try:
                answer = read(page)
            except Exception:
                failures[name] += 1
                answer = {}
            for kind, right in score(row, answer):
                counts[kind][0] += right
                counts[kind][1] += 1
        table[name] = {kind: tuple(count) for kind, count in counts.items() if kind not in missing[name]}
    print(f"{'':14}" + "".join(f"{name:>20}" for name in table))
    for kind in ["must", "must not", "title", "publish time", "source", "byline"]:
        cells = (table[name].get(kind) for name in table)
        print(f"{kind:14}" + "".join(f"{f'{c[0]}/{c[1]} ({c[0] / c[1]:.1%})' if c else '-':>20}" for c in cells))
    for name, count in failures.items():
        print(f"{name} raised an error on {count} pages")


if __name__ == "__main__":
    main()
