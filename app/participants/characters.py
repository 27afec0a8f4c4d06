"""Characters that have no place in what is recorded about a person: those that nobody sees, and those that turn the writing around.

Two names that look the same and are not are two people to every search and match; a direction override shows a name other than it is.
Letters, marks, digits, signs and spaces of every script are a person's own business and pass: O'Brien, Nuñez-Ångström, 田中, محمد.
"""

from sqlalchemy import ColumnElement, and_

# Ranges are Unicode's general categories Cc (controls), Cf (formats: soft hyphen, direction marks and overrides, byte order mark, tags),
# Zl and Zp (line and paragraph separators), Co (private use) and noncharacters; then what is a letter, mark or sign and shows nothing:
# the combining grapheme joiner, Hangul fillers, inherent Khmer vowels, the blank Braille pattern; and U+FFFC and U+FFFD, which stand for
# what was lost when a file was read in the wrong encoding. The ranges beyond planes 0, 1 and 14 have noncharacters alone.
_HIDDEN = (
    r"\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\uffff"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U0010ffff"
) + "".join(rf"\U000{plane:x}fffe\U000{plane:x}ffff" for plane in range(1, 14))

# Arabic to Syriac, the scripts of India, Tibetan, Burmese, Khmer, Mongolian and their like join letters, and a joiner or non-joiner
# between two of them is spelling: Persian and Sinhala names have them. A variation selector chooses the form of a letter or ideograph.
_JOINING = (
    r"\u0620-\u074f\u0750-\u077f\u0780-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1900-\u1cff\ua840-\uaaff\uabc0-\uabff"
    r"\ufb50-\ufdff\ufe70-\ufefe\U00010a00-\U00010aff\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
_IDEOGRAPHS = r"\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_MONGOLIAN = r"\u1800-\u18af"

_OUT_OF_PLACE = "|".join(
    (
        rf"[{_HIDDEN}]",
        rf"(^|[^{_JOINING}])[\u200c\u200d]",
        rf"(^|[^{_JOINING}{_IDEOGRAPHS}])[\ufe00-\ufe0f]",
        rf"(^|[^{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]",
        rf"(^|[^{_MONGOLIAN}])[\u180b-\u180f]",
    )
)


def out_of_place(text: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a text has a character that is not seen, or turns the writing around, or a joiner where its script needs none."""
    # Most text is plain ASCII, and this tells so in a tenth of the time.
    return and_(~text.regexp_match("^[ -~]*$"), text.regexp_match(_OUT_OF_PLACE))


def says_something(text: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a text has more than spaces of whatever width; unknown where there is no text."""
    return and_(text.regexp_match(r"\S"))
