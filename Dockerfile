# One image, one entry point: `workforce serve`, `worker`, `migrate`, and every other command.

FROM python:3.13-slim AS build
WORKDIR /srv/workforce
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && /opt/tools/bin/uv venv /opt/workforce \
 && /opt/tools/bin/uv pip install --no-cache --compile-bytecode --python /opt/workforce/bin/python --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
RUN PATH="/opt/tools/bin:$PATH" app/console/vendor.sh
COPY migrations migrations
COPY regions regions
COPY career_paths career_paths
# In place rather than as a copy: migrations and definitions are read from beside the code, as in a clone.
RUN /opt/tools/bin/hatchling build -t wheel:editable -d /opt/wheel \
 && /opt/tools/bin/uv pip install --no-cache --python /opt/workforce/bin/python --no-deps /opt/wheel/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/workforce workforce
COPY --from=build /opt/workforce /opt/workforce
COPY --from=build /srv/workforce /srv/workforce
ENV PATH=/opt/workforce/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    WORKFORCE_DATA_FOLDER=/var/lib/workforce
USER 10001
WORKDIR /var/lib/workforce
VOLUME /var/lib/workforce
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["workforce"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
