# circle2bb where there is no Python, such as on a build server:
#
#   docker build --tag circle2bb .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/repository" circle2bb convert
#
# The base is pinned by its digest; take tag and digest anew together:
#   docker buildx imagetools inspect python:3.13-slim-trixie
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS base

FROM base AS built
COPY LICENSE README.md pyproject.toml /source/
COPY docs/man /source/docs/man
COPY mappings /source/mappings
COPY migrate /source/migrate
RUN python -m venv /opt/circle2bb && /opt/circle2bb/bin/pip install --no-cache-dir /source

FROM base
COPY --from=built /opt/circle2bb /opt/circle2bb
# Whoever `--user` names has no home here, and the cache of orbs wants a place.
ENV PATH=/opt/circle2bb/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /repository
ENTRYPOINT ["circle2bb"]
CMD ["--help"]
