"""JSON-LD: each mention as a Web Annotation (https://www.w3.org/TR/annotation-model/), for archives and linked data.

The context stands in the file, so that nothing need be fetched to read it.
"""

from __future__ import annotations

import json
from typing import Any

from dateline.decisions import AROUND
from dateline.exports.selection import LICENCE, MADE_WITH, Selection, facts, link

CONTEXT: dict[str, Any] = {
    "oa": "http://www.w3.org/ns/oa#", "dc": "http://purl.org/dc/elements/1.1/", "dcterms": "http://purl.org/dc/terms/",
    "as": "http://www.w3.org/ns/activitystreams#", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "dateline": "urn:dateline:vocabulary#", "id": {"@type": "@id", "@id": "@id"}, "type": {"@type": "@id", "@id": "@type"},
    "Annotation": "oa:Annotation", "TextualBody": "oa:TextualBody", "SpecificResource": "oa:SpecificResource",
    "TextQuoteSelector": "oa:TextQuoteSelector", "TextPositionSelector": "oa:TextPositionSelector",
    "AnnotationCollection": "as:OrderedCollection", "AnnotationPage": "as:OrderedCollectionPage",
    "items": {"@id": "as:items", "@type": "@id", "@container": "@list"}, "first": {"@id": "as:first", "@type": "@id"},
    "total": {"@id": "as:totalItems", "@type": "xsd:nonNegativeInteger"}, "label": "as:name", "rights": "dcterms:rights",
    "body": {"@id": "oa:hasBody", "@type": "@id"}, "target": {"@id": "oa:hasTarget", "@type": "@id"},
    "source": {"@id": "oa:hasSource", "@type": "@id"}, "selector": {"@id": "oa:hasSelector", "@type": "@id"},
    "purpose": {"@id": "oa:hasPurpose", "@type": "@vocab"}, "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
    "identifying": "oa:identifying", "tagging": "oa:tagging", "classifying": "oa:classifying", "assessing": "oa:assessing",
    "exact": "oa:exact", "prefix": "oa:prefix", "suffix": "oa:suffix",
    "start": {"@id": "oa:start", "@type": "xsd:nonNegativeInteger"}, "end": {"@id": "oa:end", "@type": "xsd:nonNegativeInteger"},
    "value": "rdf:value", "lat": {"@id": "geo:lat", "@type": "xsd:double"}, "lon": {"@id": "geo:long", "@type": "xsd:double"},
    "confidence": {"@id": "dateline:confidence", "@type": "xsd:double"}, "kind": "dateline:kind", "reference": "dateline:reference",
    "status": "dateline:status", "decided": "dateline:decided", "quote": "dateline:quote", "gazetteer": "dateline:gazetteer",
    "place": "dateline:place", "country": "dateline:country", "reason": "dateline:reason", "generator": "dateline:generator",
}  # fmt: skip


def jsonld(selection: Selection, _what: str) -> bytes:
    """Return the mentions as a collection of annotations on the report, in the order of the text."""
    article, text = selection.article, selection.article.text
    source = article.source or f"urn:dateline:report:{article.id}"
    items = []
    for row in facts(selection, "mentions"):
        start, end = row["start"], row["end"]
        bodies: list[dict[str, Any]] = [{"type": "TextualBody", "purpose": "tagging", "value": row["kind"]}]
        if row["place_id"]:
            bodies.insert(0, {
                "type": "SpecificResource", "purpose": "identifying",
                "source": link(row["place_id"]) or f"urn:dateline:place:{row['place_id']}",
                "place": row["place"], "country": row["country"], "lat": row["lat"], "lon": row["lon"], "gazetteer": row["source"],
                "confidence": row["confidence"], "reason": row["place_reason"],
            })  # fmt: skip
        items.append({
            "id": f"urn:dateline:report:{article.id}:{row['mention_id']}", "type": "Annotation", "motivation": "identifying",
            "target": {"source": source, "selector": [
                {
                    "type": "TextQuoteSelector", "exact": text[start:end],
                    "prefix": text[max(0, start - AROUND) : start], "suffix": text[end : end + AROUND],
                },
                {"type": "TextPositionSelector", "start": start, "end": end},
            ]},
            "body": bodies, "kind": row["kind"], "reference": row["reference"], "status": row["status"], "decided": row["decided"],
            "quote": row["quote"],
        })  # fmt: skip
    collection = {
        "@context": CONTEXT, "id": f"urn:dateline:report:{article.id}:annotations", "type": "AnnotationCollection",
        "label": selection.note, "rights": LICENCE, "generator": MADE_WITH, "total": len(items),
        "first": {"id": f"urn:dateline:report:{article.id}:annotations:1", "type": "AnnotationPage", "items": items},
    }  # fmt: skip
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
