"""A release as search engines and catalogues of data read it, beside what people read."""

import json
from typing import Any

from app.public.shelf import Known
from app.releases import files
from app.releases.archive import File
from app.releases.protected import Protected
from app.releases.queries import ReleaseKept
from app.releases.table import Released


def described(known: Known, release: ReleaseKept, table: Protected[Released], home: str) -> str:
    """The release as a data set for search engines and catalogues (schema.org/Dataset), fit to stand in a page."""
    here = f"{home}/public/{known.state.id}/releases/{release.id}"
    begins, ends = min(one.cohort_from for one in table.content), max(one.cohort_until for one in table.content)
    told = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"Workforce outcomes in {known.state.name}, {release.period.label}",
        "description": " ".join(f"{of}: {what}" for of, what in files.notes(table)),
        "url": here,
        "identifier": [str(release.id), f"sha256:{release.digest}"],
        "version": str(release.id),
        "datePublished": f"{release.certified_at:%Y-%m-%d}",
        "temporalCoverage": f"{begins}/{ends}",
        "spatialCoverage": known.state.name,
        "isAccessibleForFree": True,
        "variableMeasured": list(dict.fromkeys(one.definition.title for one in table.content)),
        "distribution": [_download(here, file) for file in release.files],
    }
    return json.dumps(told, ensure_ascii=True).replace("<", "\\u003c")


def _download(here: str, file: File) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.name,
        "encodingFormat": file.media_type.split(";")[0],
        "contentUrl": f"{here}/{file.name}",
        "contentSize": f"{file.size} B",
    }
