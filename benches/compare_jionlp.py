#!/usr/bin/env python3
"""JioNLP beside wenmai on the same cases of numbers and times.

    pip install jionlp==1.5.31
    cargo build --release
    python3 benches/compare_jionlp.py --wenmai target/release/wenmai --cases ../shared/corpus/norm

JioNLP's own cases are scored by its own expectation: the value that its parser returns must be the one its test expects.
The cases of Recognizers-Text are scored by text and by the first instant, JioNLP being asked to find the times or the money
of the text; the words at the edge of a time and all of what the suite's conventions differ in are passed over as for wenmai,
and where a case gives a past and a future date either is right. JioNLP has no numbers, percentages, ordinals, measures,
temperatures or ages; those cases are shown as not answered.
"""
import argparse
import collections
import contextlib
import datetime
import io
import json
import os
import pathlib
import re
import subprocess
import time

LEADING = ["截止到", "截至到", "截止", "截至", "=", "大约", "还剩", "从", "在", "自", "约", "到"]
TRAILING = ["或之前", "或以前", "及之前", "及以前", "或之后", "或以后", "及之后", "及以后", "之前", "以前", "之后", "以后", "之间", "期间",
            "左右", "开始", "间", "止", "起", "前", "后"]
KINDS = [("DateTimeModel", "date and time"), ("Merged", "date and time"), ("DatePeriod", "period"), ("DateTimePeriod", "time period"),
         ("TimePeriod", "time period"), ("DateTime", "date with time"), ("Date", "date"), ("Time", "time"), ("Duration", "duration"),
         ("Set", "set"), ("Holiday", "holiday"), ("NumberRange", "range"), ("Number", "number"), ("Ordinal", "ordinal"),
         ("Percent", "percentage"), ("Age", "age"), ("Currency", "currency"), ("Dimension", "dimension"), ("Temperature", "temperature")]
CURRENCIES = {"CNY": "元", "USD": "美元", "EUR": "欧元", "JPY": "日元", "HKD": "港元", "TWD": "新台币", "GBP": "英镑"}


def core(text):
    text = re.sub(r"\s", "", text).lower()
    while len(text) > 1:
        head = next((word for word in LEADING if text.startswith(word)), "")
        tail = next((word for word in TRAILING if text.endswith(word)), "")
        if not head and not tail:
            break
        text = text[len(head):len(text) - len(tail) if tail else None]
    return text


def quiet(call, *arguments, **named):
    """JioNLP prints and raises on much of what it does not know."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return call(*arguments, **named)
    except Exception:
        return None


def own_case(jio, row):
    arguments, expected = row["case"][:-1], row["case"][-1]
    function = {"test_time_parser": jio.parse_time, "test_time_extractor": jio.ner.extract_time,
                "test_money_parser": jio.parse_money, "test_money_extractor": jio.ner.extract_money}[row["fn"]]
    if row["fn"] == "test_time_parser":
        text, base, *count = arguments
        named = {} if base is None else {"time_base": base}
        if count:
            named["period_results_num"] = count[0]
        return quiet(function, text, **named) == expected
    if row["fn"] == "test_money_parser":
        return quiet(function, arguments[0]) == expected
    found = quiet(function, arguments[0]) or []
    return [(item["text"], item["offset"]) for item in found] == [(item["text"], item["offset"]) for item in expected]


def own_kind(row):
    if row["fn"] != "test_time_parser":
        return {"test_time_extractor": "time extraction", "test_money_parser": "currency", "test_money_extractor": "currency extraction"}[row["fn"]]
    return {"time_delta": "duration", "time_period": "set", "time_span": "period"}.get(row["case"][-1].get("type"), "date and time")


def starts(result):
    """First instants that a result of Recognizers-Text allows, and its durations in seconds."""
    value = result.get("Value") or result.get("Resolution") or {}
    for option in value.get("values", [value.get("FutureResolution") or {}, value.get("PastResolution") or {}]):
        for key, text in option.items():
            if key in ("value", "start", "date", "dateTime", "time", "startDate", "startDateTime", "startTime", "duration"):
                yield str(text)


def agrees(answer, result):
    wanted = list(starts(result))
    if not wanted:
        return True
    detail = (answer or {}).get("detail") or {}
    moment = detail.get("time")
    if isinstance(moment, list) and moment and isinstance(moment[0], str):
        return any(moment[0].startswith(text) or moment[0].endswith(" " + text) for text in wanted)
    if isinstance(moment, dict) and "delta" not in moment:
        sizes = {"year": 31536000, "month": 2592000, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
        seconds = sum(sizes.get(unit, 0) * count for unit, count in moment.items() if isinstance(count, (int, float)))
        return any(text.isdigit() and int(text) == int(seconds) for text in wanted)
    return detail.get("type") == "time_period" and any(text.startswith(("Set", "not")) for text in wanted)


def foreign_case(jio, row, name):
    base = row.get("Context", {}).get("ReferenceDateTime")
    if name == "CurrencyModel":
        found = quiet(jio.ner.extract_money, row["Input"], with_parsing=True) or []
        gold = row["Results"]
        return len(found) == len(gold) and all(
            core(one["text"]) == core(other["Text"])
            and one.get("detail", {}).get("case") == CURRENCIES.get(other["Resolution"].get("isoCurrency"))
            and abs(float(one["detail"]["num"]) - float(other["Resolution"]["value"])) < 0.01
            for one, other in zip(found, gold) if isinstance(one.get("detail", {}).get("num"), str))
    stamp = datetime.datetime.fromisoformat(base[:19]).timestamp() if base else time.time()
    found = quiet(jio.ner.extract_time, row["Input"], time_base=stamp, with_parsing=not name.endswith("Extractor")) or []
    whole = name.startswith(("DateTimeModel", "Merged"))
    left = list(found)
    for result in row["Results"]:
        hit = next((item for item in left if core(item["text"]) == core(result["Text"])
                    and (name.endswith("Extractor") or agrees(item, result))), None)
        if hit is None:
            return False
        left.remove(hit)
    return not (whole and left)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wenmai", default="target/release/wenmai")
    parser.add_argument("--cases", type=pathlib.Path, default=pathlib.Path("../shared/corpus/norm"))
    arguments = parser.parse_args()
    # JioNLP reads time stamps in the zone of the machine; its tests were written in China.
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    with contextlib.redirect_stdout(io.StringIO()):
        import jionlp as jio
    answered = {"date and time", "period", "time period", "date with time", "date", "time", "duration", "set", "holiday", "currency"}
    for file in ["recognizers.jsonl", "jionlp.jsonl"]:
        path = arguments.cases / file
        report = json.loads(subprocess.run([arguments.wenmai, "evaluate", "extraction", "--quiet", "--json", "--data", str(path)],
                                           check=True, capture_output=True, text=True).stdout)
        ours = {kind["kind"]: (kind["right"], kind["gold"]) for kind in report["kinds"]}
        theirs = collections.Counter()
        for line in path.open(encoding="utf-8"):
            row = json.loads(line)
            if "fn" in row:
                if row["fn"] == "test_location_parser":
                    continue
                right = own_case(jio, row)
                theirs["all cases"] += right
                theirs[own_kind(row)] += right
                continue
            name = row["spec"].rsplit("/", 1)[-1].removesuffix(".json")
            kind = next(kind for head, kind in KINDS if name.startswith(head))
            if kind in answered:
                right = foreign_case(jio, row, name)
                theirs[kind] += right
                theirs["all cases"] += right
        print(f"{file}\n{'kind':20} {'cases':>6} {'wenmai':>14} {'JioNLP':>14}")
        for kind, (right, gold) in ours.items():
            known = kind in theirs or kind in answered and file.startswith("rec") or kind == "all cases"
            other = f"{theirs[kind]} ({theirs[kind] / gold:.1%})" if known else "-"
            print(f"{kind:20} {gold:6} {f'{right} ({right / gold:.1%})':>14} {other:>14}")
        print()


if __name__ == "__main__":
    main()
