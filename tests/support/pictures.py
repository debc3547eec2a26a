"""Screenshots of terminals, drawn for tests that read them."""

import io

from PIL import Image, ImageDraw, ImageFont

LINES = """$ kubectl logs checkout-worker-7c9d8f6b5 -n payments
Traceback (most recent call last):
  File "/srv/app/task/service.py", line 218, in send
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='gateway.internal')
java.lang.IllegalStateException: Connection pool shut down
    at com.acme.billing.InvoiceClient.fetchInvoice(InvoiceClient.java:91)
error: task.service.send failed with ECONNREFUSED 10.2.31.7:5432
FATAL: remaining connection slots are reserved"""

IDENTIFIERS = (
    "checkout-worker-7c9d8f6b5",
    "service.py",
    "requests.exceptions.ConnectionError",
    "HTTPSConnectionPool",
    "gateway.internal",
    "IllegalStateException",
    "InvoiceClient.java",
    "task.service.send",
    "ECONNREFUSED",
    "10.2.31.7",
)

THEMES = {"dark": ("#0d1117", "#c9d1d9"), "light": ("#ffffff", "#1f2328")}


def terminal(text: str = LINES, *, theme: str = "dark", kind: str = "PNG", **options: object) -> bytes:
    """A picture of that text, as an image file."""
    file = io.BytesIO()
    drawn(text, theme=theme).save(file, kind, **options)
    return file.getvalue()


def drawn(text: str = LINES, *, theme: str = "dark", size: int = 16) -> Image.Image:
    """That text in the letters that Pillow carries itself, so that no system font decides a test."""
    ground, ink = THEMES[theme]
    lines = text.splitlines()
    image = Image.new("RGB", (920, 40 + len(lines) * size * 3 // 2), ground)
    pen = ImageDraw.Draw(image)
    for at, line in enumerate(lines):
        pen.text((20, 20 + at * size * 3 // 2), line, fill=ink, font=ImageFont.load_default(size))
    return image
