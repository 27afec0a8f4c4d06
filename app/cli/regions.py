"""Commands about regions: outlines for the folder regions/, made of published boundaries."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def register(cli: typer.Typer) -> None:
    """The group `workforce regions`."""
    group = typer.Typer(no_args_is_help=True, help="Outlines of regions.")
    group.command("derive-shapes")(derive_shapes)
    cli.add_typer(group, name="regions")


def derive_shapes(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON, GeoPackage or a zipped Shapefile, in any reference system.")
    ],
    out: Annotated[Path, typer.Option(help="The GeoJSON file to write, as regions/us-ny/counties.geojson.")],
    valid_from: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day on which these regions hold.")],
    source: Annotated[str, typer.Option(help="Who drew the boundaries, and where they are written down.")],
    vintage: Annotated[str, typer.Option(help="The day or year of the boundaries.")],
    system: Annotated[str, typer.Option(help="The region system.")] = "county",
    code: Annotated[str, typer.Option(help="The column that holds the codes.")] = "GEOID",
    name: Annotated[str, typer.Option(help="The column that holds the names.")] = "NAME",
    prefix: Annotated[str, typer.Option(help="Take only codes that begin so: 36 for New York's counties.")] = "",
    suffix: Annotated[str, typer.Option(help="Put this behind names that lack it: County.")] = "",
    tolerance: Annotated[float, typer.Option(min=1, help="In metres: corners smaller than a square of this side go.")] = 60,
    layer: Annotated[str | None, typer.Option(help="The layer, where a GeoPackage has several.")] = None,
) -> None:
    """Simplify published boundaries into outlines that still share their borders."""
    from app.definitions.regions import features
    from app.definitions.writing import collection
    from app.regions.deriving import derive
    from app.regions.drafts import Draft
    from app.regions.editions import Edition
    from app.regions.files import read
    from app.regions.rules import Region

    made = derive(read(file.read_bytes(), layer=layer), code=code, name=name, prefix=prefix, suffix=suffix, tolerance_m=tolerance)
    regions = tuple(Region(one, made.names[one]) for one in made.shapes)
    draft = Draft(Edition(system, valid_from.date(), source, regions))
    members = {"system": system, "valid_from": str(valid_from.date()), "source": source, "vintage": vintage}
    text = collection(features(draft, made.shapes, {}), **members)
    out.write_text(text, encoding="utf-8")
    for note in made.notes:
        typer.echo(str(note))
    typer.echo(f"{len(made.shapes)} outlines, {made.points:,} points of {made.points_before:,}, {made.moved_km2:.1f} km² moved: {out}")
