"""How Pelican builds these articles."""

AUTHOR = "Ilse Brand"
SITENAME = "Clay and kiln"
SITEURL = "https://pelican.example"
TIMEZONE = "Europe/Amsterdam"
DEFAULT_LANG = "en"
PATH = "content"
OUTPUT_PATH = "output"
DEFAULT_DATE_FORMAT = "%Y-%m-%d"
FEED_DOMAIN = SITEURL
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml"
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
