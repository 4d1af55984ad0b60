# Stand-in for apache/kafka: its paths, its user, its volume (docker/jvm/Dockerfile of that project).
FROM debian:bookworm-slim
ARG JAVA
ARG KAFKA
COPY ${JAVA} /opt/java/openjdk
COPY ${KAFKA} /opt/kafka/libs
ENV PATH=/opt/java/openjdk/bin:$PATH
RUN useradd --create-home --shell /bin/bash appuser && mkdir -p /var/lib/kafka/data && chown -R appuser:root /var/lib/kafka
USER appuser
VOLUME ["/var/lib/kafka/data"]
