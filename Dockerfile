# One image for every process of the system; the command decides which one it is.
FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY requirements/bootstrap.txt requirements/run.txt /requirements/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes \
        -r /requirements/bootstrap.txt \
    && /venv/bin/uv pip install --no-cache --python /venv/bin/python --require-hashes \
        -r /requirements/run.txt \
    && /venv/bin/pip uninstall --yes uv

FROM python:3.11-slim-bookworm
# Pango and a Chinese font print the forms; nothing else is needed beside Python.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin fund
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8 \
    HOME=/tmp DJANGO_SETTINGS_MODULE=config.settings.prod \
    BEAT_SCHEDULE_FILE=/dev/shm/beat-schedule HEARTBEAT_FILE=/dev/shm/relay
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Static files are hashed and compressed once, here. The values only let the settings load.
RUN SECRET_KEY=build FIELD_KEYS='{}' LOOKUP_KEY=build ALLOWED_HOSTS=build \
    DATABASE_URL=postgresql://build@build/build python manage.py collectstatic --noinput \
    && mkdir /inbox /bank && chown fund: /inbox /bank
USER fund
EXPOSE 8000
ENTRYPOINT ["deploy/entrypoint.sh"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
