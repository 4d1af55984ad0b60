# Stand-in for apicurio/apicurio-registry: its folder, its user (distro/docker/src/main/docker/Dockerfile.jvm there).
FROM debian:bookworm-slim
ARG JAVA
ARG REGISTRY
COPY ${JAVA} /opt/java/openjdk
COPY ${REGISTRY} /deployments
ENV PATH=/opt/java/openjdk/bin:$PATH
RUN chown -R 1001:0 /deployments
USER 1001
