# The product on servers of one's own: web, worker, beat and the migration step are one image with different commands.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATA_DIR=/data \
    BIND=0.0.0.0

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin recovery \
    && mkdir -p /app /data \
    && chown recovery:recovery /data
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY manage.py ./
COPY recovery recovery
COPY complaints complaints
COPY templates templates
COPY static static

# Static files are part of the image; attachments and mails belong on the volume /data.
# Collecting needs settings, not servers: these addresses lead nowhere and stay in this one step.
RUN python -m recovery.translations \
    && STATIC_DIR=/app/collected \
       DATABASE_URL=postgres://build@build.invalid/build \
       REDIS_URL=redis://build.invalid \
       EMAIL_URL=filemail:///tmp/mail \
       SECRET_KEY=only-for-collecting-static-files-never-for-serving-anything \
       python manage.py collectstatic --no-input --verbosity 0

ENV STATIC_DIR=/app/collected
USER recovery
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:recovery.gunicorn", "recovery.wsgi"]
