# The learner's server, which deploy/values.yaml names: docker build -f deploy/lab.Dockerfile -t rolecall-lab .
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY lessons lessons
COPY quizzes quizzes
COPY sandbox sandbox
# The package is this folder, so it has no version to pin.
# hadolint ignore=DL3013
RUN pip install --no-cache-dir --prefix=/install '.[hub]'

FROM python:3.12-slim
# Zero to JupyterHub runs the server as user 1000, and mounts the learner's volume at this home.
RUN useradd --create-home --uid 1000 jovyan
COPY --from=build /install /usr/local
USER 1000:1000
WORKDIR /home/jovyan
EXPOSE 8888
CMD ["jupyterhub-singleuser"]
