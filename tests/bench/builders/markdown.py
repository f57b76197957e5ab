"""The Markdown that Hugo and Eleventy read."""

import json

from tests.bench.corpus import Sample

__all__ = ["write_body", "write_markdown"]


def write_markdown(sample: Sample) -> str:
    """Write an article with YAML front matter; a string is quoted as JSON's, which is YAML too."""
    fields: dict[str, object] = {
        "title": sample.title,
        "link": sample.url,
        "language": sample.language,
        "authors": [sample.author],
        "categories": sample.labels,
    }
    head = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    head.append(f"date: {sample.moment:%Y-%m-%dT%H:%M:%SZ}")
    return "\n".join(["---", *head, "---", "", write_body(sample)])


def write_body(sample: Sample) -> str:
    """Write the text of an article; what would be markup is escaped."""
    picture = [f"![A picture]({sample.image})"] if sample.image else []
    text = "\n\n".join(sample.paragraphs).replace("<", "\\<")
    return "\n\n".join([*picture, text]) + "\n"
