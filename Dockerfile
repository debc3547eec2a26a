# One image for web nodes and workers. Build: docker build -t hindsight .
FROM python:3.11-slim AS packages
COPY requirements.lock /requirements.lock
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HINDSIGHT_DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin hindsight \
 && install -d -o hindsight -g hindsight -m 0750 /data
COPY --from=packages /venv /venv
WORKDIR /srv/hindsight
COPY . .
# Static files are part of the image; the key is for this step alone, and none is kept.
RUN HINDSIGHT_DATA_DIR=/tmp/build HINDSIGHT_SECRET_KEY=only-for-building-the-static-files-of-this-image \
    python manage.py collectstatic --noinput --verbosity 0 && rm -rf /tmp/build
USER hindsight
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["gunicorn", "-c", "hindsight/gunicorn_conf.py", "--bind", "0.0.0.0:8000", "hindsight.wsgi"]
