"""Eleventy with its feed plugin, from npm's `@11ty`."""

import json
import shutil
import sys
from pathlib import Path

from tests.bench.builders import ENTRIES, Builder
from tests.bench.builders.markdown import write_markdown
from tests.bench.corpus import URL

__all__ = ["find_eleventy"]

MODULES = Path(sys.prefix) / "peers" / "node_modules"
"""Where `make bench` installs it."""

NEWEST = f'(api) => api.getFilteredByTag("posts").slice(-{ENTRIES}).reverse()'
# As the plugin's own templates, by its filters, but an entry's link is a field: it has no page.
ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Articles</title><id>{URL}</id>
<link href="{URL}atom.xml" rel="self"/><author><name>x</name></author>
<updated>{{{{ collections.newest | getNewestCollectionItemDate | dateToRfc3339 }}}}</updated>
{{% for post in collections.newest -%}}
<entry><title>{{{{ post.data.title }}}}</title><id>{{{{ post.data.link }}}}</id>
<link href="{{{{ post.data.link }}}}"/><updated>{{{{ post.date | dateToRfc3339 }}}}</updated>
<content type="html">{{{{ post.content }}}}</content></entry>
{{% endfor -%}}
</feed>
"""
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Articles</title>
<link>{URL}</link><description>Articles</description>
<atom:link href="{URL}rss.xml" rel="self" type="application/rss+xml"/>
{{% for post in collections.newest -%}}
<item><title>{{{{ post.data.title }}}}</title><link>{{{{ post.data.link }}}}</link>
<guid>{{{{ post.data.link }}}}</guid><pubDate>{{{{ post.date | dateToRfc822 }}}}</pubDate>
<description>{{{{ post.content }}}}</description></item>
{{% endfor -%}}
</channel></rss>
"""


def find_eleventy() -> Builder | None:
    """Return Eleventy, None where it isn't installed."""
    node, program = shutil.which("node"), MODULES / "@11ty" / "eleventy" / "cmd.cjs"
    plugin = MODULES / "@11ty" / "eleventy-plugin-rss" / "src" / "rssPlugin.js"
    if not node or not program.exists() or not plugin.exists():
        return None
    return Builder(
        name="Eleventy",
        command=[node, str(program), "--quiet"],
        form=write_markdown,
        suffix=".md",
        articles="content/posts",
        files={
            "eleventy.config.mjs": _configure(plugin),
            "content/posts/posts.json": json.dumps({"tags": "posts", "permalink": False}),
        },
        made=("_site",),
        feeds=("_site/atom.xml", "_site/rss.xml"),
    )


def _configure(plugin: Path) -> str:
    templates = {"atom": ATOM, "rss": RSS}
    added = [
        f"config.addTemplate('{name}.njk', {json.dumps(text)}, {{ permalink: '/{name}.xml' }});"
        for name, text in templates.items()
    ]
    return f"""
import plugin from {json.dumps(plugin.as_uri())};
export default (config) => {{
  config.addPlugin(plugin);
  config.addCollection("newest", {NEWEST});
  {" ".join(added)}
  return {{ dir: {{ input: "content", output: "_site" }}, markdownTemplateEngine: false }};
}};
"""
