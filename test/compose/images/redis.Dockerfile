# Stand-in for redis.
FROM debian:bookworm-slim
COPY redis /opt/server
COPY under-own-loader.sh /usr/local/bin/
RUN for program in redis-server redis-cli; do ln -s under-own-loader.sh /usr/local/bin/$program; done
