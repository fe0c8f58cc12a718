"""The ASGI application that uvicorn serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_asgi_application()

# The limit reads settings, which are there only once the application is made.
from config.body_limit import limit_body  # noqa: E402

application = limit_body(django_application)
