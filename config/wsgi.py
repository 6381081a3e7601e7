import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # what the site writes, a database too, is its system user's alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"Onelist cannot start: {error}\n")
    sys.exit(3)  # for which gunicorn gives up, instead of starting it again and again
