"""The WSGI application that gunicorn serves."""

import os

import django

from hindsight.handler import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
django.setup(set_prefix=False)
application = Handler()
