# The schedule in a container: one volume, no root, no port unless it is asked for (container/dashboard.yaml).
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/spotiflow \
    && PIP_CONSTRAINT=constraints.txt /opt/spotiflow/bin/pip install --no-cache-dir ".[postgres,delta,web]"

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home listener \
    && install --directory --owner listener --group listener --mode 0700 /data
COPY --from=build /opt/spotiflow /opt/spotiflow
COPY --chmod=0755 container/entrypoint.sh /usr/local/bin/entrypoint
ENV PATH="/opt/spotiflow/bin:$PATH" \
    SPOTIFLOW_HOME=/data
USER 10001
VOLUME /data
HEALTHCHECK --interval=5m --timeout=30s --start-period=10m CMD ["spotiflow", "status", "--check"]
ENTRYPOINT ["entrypoint"]
CMD ["schedule"]
