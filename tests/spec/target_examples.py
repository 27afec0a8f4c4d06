"""Levels and scores by worked examples, as tables: they are tests (test_targets.py) and a page of docs/.

Source: T20-02, the guidance on negotiations and sanctions of January 2025, with its tables, attachments and functional example.
"""

ADJUSTED = (
    ("T20-02 Att. II, example 1", "70.2", "75.5", "73.7", "-1.8", "68.4"),
    ("T20-02 Att. IV", "47.0", "50.0", "52.0", "2.0", "49.0"),
)
"""Source; negotiated level, estimate0, estimate1; adjustment factor, adjusted level."""

INDIVIDUAL = (
    ("exact 106.12…; the document prints 106.0", "52.0", "49.0", "106.1", "no"),
    ("just under half", "24.999", "50.0", "49.9", "yes"),
    ("half", "25", "50.0", "50.0", "no"),
)
"""Case; actual, adjusted; score, whether it fails."""

PROGRAM = (
    ("employment Q2", "14720/20000", "75.1", "98.0", "no"),
    ("employment Q4", "8200/25000", "70.0", "46.8", "yes"),
    ("median earnings", "3434", "3890", "88.2", "no"),
    ("credentials", "12500/25000", "55.2", "90.5", "no"),
    ("skill gains", "21600/30000", "85.6", "84.1", "no"),
)
PROGRAM_OVERALL = ("81.5", "0.815659", "yes")
"""T20-02 Table 1: a program's indicators with actual and adjusted level, score and failure; the mean shown, the exact one, failure."""

INDICATOR = (
    ("Adult", "16244/24000", "75.2", "90.0", "no"),
    ("Dislocated Worker", "13000/18000", "72.5", "99.6", "no"),
    ("Youth", "20000/30000", "76.3", "87.3", "no"),
    ("Adult Education", "9000/15000", "79.7", "75.2", "no"),
    ("Wagner-Peyser", "6000/12000", "68.7", "72.7", "no"),
    ("Vocational Rehabilitation", "31555/42000", "65.4", "114.8", "no"),
)
INDICATOR_OVERALL = ("89.9", "0.899896", "yes")
"""T20-02 Attachment I, employment Q2: the matrix prints four of the six rounded (87.4, 75.3, 72.8, 114.9), its text says to truncate."""
