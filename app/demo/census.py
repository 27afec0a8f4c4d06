"""How many people live in each county of New York: U.S. Census Bureau, 2020 Census, P.L. 94-171, total population (20,201,249)."""

PEOPLE = {
    "36001": 314_848, "36003": 46_456, "36005": 1_472_654, "36007": 198_683, "36009": 77_042, "36011": 76_248, "36013": 127_657,
    "36015": 84_148, "36017": 47_220, "36019": 79_843, "36021": 61_570, "36023": 46_809, "36025": 44_308, "36027": 295_911,
    "36029": 954_236, "36031": 37_381, "36033": 47_555, "36035": 53_324, "36037": 58_388, "36039": 47_931, "36041": 5_107,
    "36043": 60_139, "36045": 116_721, "36047": 2_736_074, "36049": 26_582, "36051": 61_834, "36053": 68_016, "36055": 759_443,
    "36057": 49_532, "36059": 1_395_774, "36061": 1_694_251, "36063": 212_666, "36065": 232_125, "36067": 476_516, "36069": 112_458,
    "36071": 401_310, "36073": 40_343, "36075": 117_525, "36077": 58_524, "36079": 97_668, "36081": 2_405_464, "36083": 161_130,
    "36085": 495_747, "36087": 338_329, "36089": 108_505, "36091": 235_509, "36093": 158_061, "36095": 29_714, "36097": 17_898,
    "36099": 33_814, "36101": 93_584, "36103": 1_525_920, "36105": 78_624, "36107": 48_455, "36109": 105_740, "36111": 181_851,
    "36113": 65_737, "36115": 61_302, "36117": 91_283, "36119": 1_004_457, "36121": 40_531, "36123": 24_774,
}  # fmt: skip

PLACES: dict[str, dict[tuple[str, str | None], int]] = {
    "36059": {
        ("Town of Hempstead", "hempstead"): 793_409,
        ("Oyster Bay", "oyster_bay"): 301_332,
        ("North Hempstead", "north_hempstead"): 237_639,
        ("City of Long Beach", "long_beach"): 35_029,
        ("Glen Cove", "glen_cove"): 28_365,
    },
    "36119": {
        ("City of Yonkers", "yonkers"): 211_569,
        ("New Rochelle", None): 79_726,
        ("Mount Vernon", None): 73_893,
        ("White Plains", None): 59_559,
        ("Greenburgh", None): 95_397,
        ("Cortlandt", None): 42_545,
        ("Port Chester", None): 31_693,
    },
}
"""Of the two counties that boards divide by municipality: name as people write it, code where a board's area names it -> people.

Nassau's five municipalities are the whole county; of Westchester those beside Yonkers are some of the largest and stand for the rest.
"""

NEIGHBOURS = {
    "NJ": ("34003", "34017", "34023"),  # Bergen, Hudson, Middlesex
    "CT": ("09001", "09005"),  # Fairfield, Litchfield
    "PA": ("42015", "42049"),  # Bradford, Erie
    "VT": ("50003", "50007"),  # Bennington, Chittenden
    "MA": ("25003",),  # Berkshire
}
"""Where those live who come from other states: counties across the line, as OEWS areas and commuting have them."""
