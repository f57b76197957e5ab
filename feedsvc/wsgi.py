"""The WSGI entry, `feedsvc.wsgi:app`: for gunicorn, uWSGI or mod_wsgi, by the settings alone.

It serves what was ingested last, by the settings of whoever ingests. A server may make it before
it forks: the index is opened by the first request.
"""

from feedsvc.settings import find_folder, load_settings
from feedsvc.web import create_app

__all__ = ["app"]

app = create_app(load_settings(find_folder() or "."), follow=True)
