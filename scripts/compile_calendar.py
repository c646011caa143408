#!/usr/bin/env python3
"""Writes src/extract/time/almanac.rs: the farmers' calendar and the solar terms of 1900 to 2100.

    pip install lunar_python==1.4.8 lunardate==0.3.0
    python3 scripts/compile_calendar.py > src/extract/time/almanac.rs

The facts come from lunar_python (MIT); the days of New Year are checked against lunardate (which reads the tables of the
Hong Kong Observatory) for every year that it knows.
"""
import datetime
import sys

import lunardate
from lunar_python import Lunar, LunarYear, Solar

FIRST, LAST = 1900, 2100
TERMS = "小寒 大寒 立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至 小暑 大暑 立秋 处暑 白露 秋分 寒露 霜降 立冬 小雪 大雪 冬至".split()


def lunar_year(year):
    """Bits 0 to 12: months of 30 days in their order, the leap month among them; 13 to 16: the leap month; from 17: days
    from 1 January to New Year."""
    known = LunarYear.fromYear(year)
    months = known.getMonthsInYear()
    leap = known.getLeapMonth()
    assert len(months) == 12 + (leap > 0)
    first = Lunar.fromYmd(year, 1, 1).getSolar()
    first = datetime.date(first.getYear(), first.getMonth(), first.getDay())
    if year < 2100:
        assert lunardate.LunarDate(year, 1, 1).to_solar_date() == first, year
    bits = sum(1 << at for at, month in enumerate(months) if month.getDayCount() == 30)
    return bits | leap << 13 | (first - datetime.date(year, 1, 1)).days << 17


def term_days():
    """Day of the month of each term, two of which fall in every month."""
    found = {}
    for year in range(FIRST - 1, LAST + 2):
        for name, solar in Lunar.fromSolar(Solar.fromYmd(year, 6, 1)).getJieQiTable().items():
            found[name, solar.getYear(), solar.getMonth()] = solar.getDay()
            # The table runs over the turn of the year, where it names the terms in Latin letters.
            latin = {"DONG_ZHI": "冬至", "DA_XUE": "大雪", "XIAO_HAN": "小寒", "DA_HAN": "大寒", "LI_CHUN": "立春", "YU_SHUI": "雨水", "JING_ZHE": "惊蛰"}
            if name in latin:
                found[latin[name], solar.getYear(), solar.getMonth()] = solar.getDay()
    return {(year, at): found[name, year, at // 2 + 1] for year in range(FIRST, LAST + 1) for at, name in enumerate(TERMS)}


def lines(numbers, form, width):
    for at in range(0, len(numbers), width):
        yield "    " + " ".join(form.format(number) + "," for number in numbers[at : at + width])


def main():
    days = term_days()
    years = range(FIRST, LAST + 1)
    base = [min(days[year, at] for year in years) for at in range(len(TERMS))]
    assert all(days[key] - base[key[1]] < 4 for key in days)
    packed = [sum((days[year, at] - base[at]) << 2 * at for at in range(len(TERMS))) for year in years]
    lunar = [lunar_year(year) for year in years]
    out = sys.stdout
    out.write("//! The farmers' calendar and the solar terms, written by `scripts/compile_calendar.py`, which names the sources.\n\n")
    out.write(f"/// First year of the tables.\npub(super) const FIRST_YEAR: i32 = {FIRST};\n\n")
    out.write("/// By year. Bits 0 to 12: months of 30 days in their order, the leap month among them; 13 to 16: the leap month;\n")
    out.write("/// from 17: days from 1 January to New Year.\n#[rustfmt::skip]\n")
    out.write(f"pub(super) const LUNAR_YEARS: [u32; {len(lunar)}] = [\n" + "\n".join(lines(lunar, "0x{:06x}", 10)) + "\n];\n\n")
    out.write("/// First day of the month on which each term has fallen, from 小寒 on.\n#[rustfmt::skip]\n")
    out.write(f"pub(super) const TERM_BASE: [u8; {len(base)}] = {base};\n\n")
    out.write("/// By year: two bits for each term, days after its first.\n#[rustfmt::skip]\n")
    out.write(f"pub(super) const TERM_DAYS: [u64; {len(packed)}] = [\n" + "\n".join(lines(packed, "0x{:012x}", 7)) + "\n];\n")


main()
