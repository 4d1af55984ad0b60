# Stand-in for mysql and for mariadb: their user, folders, entrypoint and the programs that docker-compose.yml calls
# (docker-library/mysql, MariaDB/mariadb-docker). The server runs under the loader that was unpacked with it.
FROM debian:bookworm-slim
ARG SERVER
ARG PROGRAMS
RUN groupadd --system --gid 999 mysql && useradd --system --uid 999 --gid mysql --no-create-home mysql \
  && mkdir -p /var/lib/mysql /run/mysqld /docker-entrypoint-initdb.d && chown mysql:mysql /var/lib/mysql /run/mysqld
COPY ${SERVER} /opt/server
COPY under-own-loader.sh database-entrypoint.sh /usr/local/bin/
RUN for program in ${PROGRAMS}; do ln -s under-own-loader.sh /usr/local/bin/$program; done
VOLUME ["/var/lib/mysql"]
ENTRYPOINT ["database-entrypoint.sh"]
