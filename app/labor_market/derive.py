"""An extract out of what BLS and O*NET publish: which rows and columns of it a state keeps."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl

from app.labor_market.codes import ALL_OCCUPATIONS, CodeSystem
from app.labor_market.extract import NEAREST, Extract, NotExtract
from app.labor_market.figures import MEASURES, status_column
from app.labor_market.onet import Onet
from app.labor_market.rules import RULES
from app.labor_market.sources import Source

IMPORTANT = 3.0  # on O*NET's scale of importance, 1 to 5


def derive(
    oews: pl.DataFrame, onet: Onet, members: pl.DataFrame, *, top_code: int, sources: Mapping[str, Source], also: Collection[str] = ()
) -> Extract:
    """The tables of one state out of its OEWS rows (`oews.read`), an O*NET release (`onet.read`) and BLS's list of combined codes.

    `members`: code, member: the SOC 2018 occupations that each OEWS code combines. Titles and Job Zones are kept for every code;
    descriptions, reported titles, related occupations and skills for the SOC occupations that meet a rule in one of the areas, and for
    those in `also` (SOC codes: the targets of career paths). Raises `NotExtract` if an OEWS code is neither SOC 2018 nor among `members`.
    """
    detailed = oews.filter(pl.col("code") != ALL_OCCUPATIONS).select("code", "title").sort("code", "title").unique("code", keep="first")
    soc = _soc(onet.occupations, detailed)
    combined = detailed.join(soc, on="code", how="anti")
    used = members.join(combined, on="code", how="semi")
    _refuse_unknown(combined, used, soc)
    asked = pl.concat([detailed["code"], used["member"]])
    figures = [column for measure in MEASURES for column in (measure, status_column(measure))]
    extract = Extract(
        areas=oews.select("area", title="area_title", kind="area_kind").unique().sort("area"),
        wages=oews.select("area", "code", *figures).sort("area", "code"),
        occupations=pl.concat(
            [
                _in_system(CodeSystem.OEWS_2019, combined.join(_lowest_zone(used, soc), on="code", how="left")),
                _in_system(CodeSystem.ONET_SOC_2019, onet.occupations),
                _in_system(CodeSystem.SOC_2018, soc.filter(pl.col("code").is_in(asked.implode()))),
            ]
        ).sort("system", "code"),
        members=used.select("code", "member").sort("code", "member"),
        reported_titles=onet.reported_titles,
        related=onet.related.filter(pl.col("tier").is_in(NEAREST)),
        skills=onet.skills.select("element", "skill").unique().sort("element"),
        skill_ratings=onet.skills.filter(pl.col("importance") >= IMPORTANT).select("code", "element", "importance", "level"),
        top_code=top_code,
        sources=sources,
    )
    return _described(extract, also)


def _refuse_unknown(combined: pl.DataFrame, members: pl.DataFrame, soc: pl.DataFrame) -> None:
    unknown = combined.join(members, on="code", how="anti")["code"].sort()
    if not unknown.is_empty():
        raise NotExtract(f"These OEWS codes are neither SOC 2018 nor listed as combining SOC codes: {', '.join(unknown)}.")
    strange = members.join(soc, left_on="member", right_on="code", how="anti")["member"].unique().sort()
    if not strange.is_empty():
        raise NotExtract(f"O*NET knows no SOC codes {', '.join(strange)}, which OEWS codes are said to combine.")


def _soc(onet: pl.DataFrame, oews: pl.DataFrame) -> pl.DataFrame:
    """SOC 2018 out of O*NET-SOC 2019: the titles of its `.00` codes; the Job Zone of that, else the lowest of the occupation's parts.

    Of an occupation that O*NET describes in parts alone the title is the one that OEWS prints, or the first part's.
    """
    base = pl.col("code").str.ends_with(".00")
    return (
        onet.sort("code")
        .group_by(pl.col("code").str.slice(0, 7).alias("soc"))
        .agg(
            pl.col("title").filter(base).first().alias("base"),
            pl.col("title").first().alias("part"),
            pl.coalesce(pl.col("job_zone").filter(base).first(), pl.col("job_zone").min()).alias("job_zone"),
        )
        .rename({"soc": "code"})
        .join(oews, on="code", how="left")
        .select("code", pl.coalesce("base", "title", "part").alias("title"), "job_zone")
        .sort("code")
    )


def _lowest_zone(members: pl.DataFrame, soc: pl.DataFrame) -> pl.DataFrame:
    zones = members.join(soc.select(member="code", job_zone="job_zone"), on="member", how="left")
    return zones.group_by("code").agg(pl.col("job_zone").min())


def _in_system(system: CodeSystem, titles: pl.DataFrame) -> pl.DataFrame:
    described = pl.col("description") if "description" in titles.columns else pl.lit(None, pl.String)
    return titles.select(pl.lit(system.value).alias("system"), "code", "title", "job_zone", described.alias("description"))


def _described(extract: Extract, also: Collection[str]) -> Extract:
    """The extract with the long texts of the occupations alone that meet a rule somewhere, or are asked for."""
    evidence = extract.evidence()
    meeting = evidence.filter(pl.any_horizontal(rule() for rule in RULES.values()))["code"].unique()
    combined = extract.members.filter(pl.col("code").is_in(meeting.implode()))["member"]
    wanted = pl.concat([meeting, combined, pl.Series(list(also), dtype=pl.String)]).unique()
    here = pl.col("code").str.slice(0, 7).is_in(wanted.implode())
    ratings = extract.skill_ratings.filter(here)
    return replace(
        extract,
        reported_titles=extract.reported_titles.filter(here),
        related=extract.related.filter(here),
        skill_ratings=ratings,
        skills=extract.skills.join(ratings, on="element", how="semi").sort("element"),
        occupations=extract.occupations.with_columns(pl.when(here).then("description").alias("description")),
    )
