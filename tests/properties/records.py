"""Records of a flat file, made up: cells as they are written, often on the edges of the rules."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

Record = dict[str, str]
DAY = timedelta(days=1)
COLUMNS = [
    *("100", "101", "102", "108-A", "108-B", "108-C", "200", "201", "210", "211", "212", "213", "214", "215", "408", "409", "900", "901"),
    *("903", "904", "905", "909", "911", "918", "919", "923", "932", "1303", "1310", "1315", "1332", "1401", "1406", "1407"),
    *("1600", "1602", "1603", "1604", "1606", "1618", "1704", "1800", "1801", "1802", "1803", "1804", "1805"),
    *("1806", "1807", "1808", "1809", "1810", "1811", "1813", "1900", "1901"),
]

CODES: dict[str, Sequence[str]] = {
    "100": ["A", "B", "C", "D", "E", "F", ""],
    "101": ["NY", "NY", "ny", "NJ", "77", ""],
    "102": ["001", "1", "29", "029", "999", ""],
    "108-A": ["36005", "36010", "1005", "01005", "99999", ""],
    "108-B": ["", "", "36005", "36015"],
    "108-C": ["", "", "36005", "36015", "36020"],
    "201": ["1", "2", "9", ""],
    **dict.fromkeys(("210", "211", "212", "213", "214", "215"), ("0", "0", "0", "1", "9", "")),
    "408": ["0", "0", "1", "3", "4", ""],
    "409": ["1", "2", "3", "4", "5", "6", ""],
    **dict.fromkeys(("903", "904", "905"), ("0", "1", "1", "2", "3", "4", "", "01")),
    **dict.fromkeys(("909", "911"), ("0", "0", "1", "9", "")),
    **dict.fromkeys(("918", "932"), ("0", "1", "1", "2", "9", "")),
    "919": ["", "", "", "YB1234515A36AB"],
    "923": ["00", "00", "00", "0", "", "", "01", "02", "03", "04", "05", "06", "07", "5", "7"],
    **dict.fromkeys(("1303", "1310", "1315"), ("", "00", *(f"{n:02}" for n in range(1, 13)), "6")),
    **dict.fromkeys(("1332", "1401"), ("0", "1", "")),
    **dict.fromkeys(("1600", "1602", "1604", "1606"), ("0", "1", "1", "1", "2", "3", "9", "9", "")),
    "1603": ["0", "1", "1", "1", "4", "5", "9", ""],
    "1618": ["0", "1", "1", ""],
    "1704": ["8200.00", "8200.01", "8200.02", "4300", "0", "0.00", "-5.00", "0.01", "999999.99", "999999.98", "1000000.00", "", ""],
    **dict.fromkeys(("1800", "1802", "1804"), ("0", "1", "1", *map(str, range(2, 8)), "")),
    **dict.fromkeys(("1900", "1901"), ("0", "0", "1", "2", "3", "")),
}  # fmt: skip

EDGES = [date(y, m, d) for y in range(2022, 2026) for m, d in ((1, 1), (3, 31), (4, 1), (6, 30), (7, 1), (9, 30), (10, 1), (12, 31))]
LEAP = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 2, 28), date(2023, 3, 1)]
DUE = [date(2023, 7, 1), date(2023, 10, 1), date(2023, 11, 20), date(2023, 12, 31), date(2024, 2, 29), date(2024, 4, 1), date(2024, 6, 30)]
NEAR = [-400, -2, -1, 0, 0, 1, 2, 89, 90, 91, 200, 364, 365, 366, 367]


def a_day(chance: Random) -> date:
    """A day of three years, often at the edge of a quarter or around a leap day."""
    if chance.random() < 0.5:
        return chance.choice(EDGES + LEAP)
    return date(2022, 1, 1) + chance.randrange(1400) * DAY


def record(chance: Random) -> Record:
    """A record: an entry, mostly an exit, and dates near them."""
    told = {element: chance.choice(codes) for element, codes in CODES.items()}
    entry = a_day(chance)
    exit_ = max(a_day(chance), entry) if chance.random() < 0.85 else None
    if chance.random() < 0.6:  # due in the reports that are asked for
        exit_ = chance.choice(DUE)
        entry = exit_ - chance.choice([0, 1, 10, 89, 200, 366, 500]) * DAY
    told["900"] = _written(chance, entry if chance.random() < 0.97 else None)
    told["901"] = _written(chance, exit_)
    for element in COLUMNS:
        if element not in told:
            near = chance.choice([exit_, entry, a_day(chance)]) or entry
            told[element] = _written(chance, near + chance.choice(NEAR) * DAY if chance.random() < 0.6 else None)
    born = chance.choice([entry.replace(day=min(entry.day, 28)), a_day(chance), date(2004, 2, 29)])
    told["200"] = _written(chance, _years(born, chance.choice([14, 16, 18, 19, 24, 25, 44, 45, 54, 55, 59, 60, 70])))
    return {element: told[element] for element in COLUMNS}


def _years(day: date, by: int) -> date:
    if (day.month, day.day) == (2, 29):
        return date(2004, 2, 29)
    return day.replace(year=day.year - by)


def _written(chance: Random, day: date | None) -> str:
    if day is None or chance.random() < 0.03:
        return ""
    return day.isoformat() if chance.random() < 0.1 else day.strftime("%Y%m%d")
