#!/bin/bash
# Stand-in for the entrypoints of mysql and mariadb, as far as docker-compose.yml leans on them: a new data folder is
# initialised by a server without network, which gives root the password MYSQL_ROOT_PASSWORD (from any host) and runs
# /docker-entrypoint-initdb.d/*.sql; then the server takes this process's place.
# usage: database-entrypoint.sh mysqld|mariadbd OPTIONS...
set -eo pipefail

data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock
share=/opt/server/usr/share/mysql

if [ "$(id -u)" = 0 ]; then
  chown mysql:mysql "$data"
  exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
fi

server=$1
shift
own=(--no-defaults --basedir=/opt/server/usr "--lc-messages-dir=$share" --plugin-dir=/opt/server/usr/lib/mysql/plugin
  "--character-sets-dir=$share/charsets" "--datadir=$data" "--socket=$socket")

mariadb_tables() {
  printf '%s\n' 'CREATE DATABASE IF NOT EXISTS mysql;' 'USE mysql;' # a server that bootstraps reads a statement a line
  for part in system_tables performance_tables system_tables_data; do cat "$share/mysql_$part.sql"; done
  cat "$share/fill_help_tables.sql" "$share/maria_add_gis_sp_bootstrap.sql" "$share/mysql_sys_schema.sql"
  echo "DELETE FROM global_priv WHERE User = 'root' AND Host <> 'localhost';"
  echo 'FLUSH PRIVILEGES;'
}

make_tables() {
  if [ "$server" = mysqld ]; then
    mysqld "${own[@]}" "$@" --initialize-insecure
  else
    mariadb_tables | mariadbd "${own[@]}" "$@" --bootstrap --skip-log-bin
  fi
}

client() {
  if [ "$server" = mysqld ]; then mysql --no-defaults "--socket=$socket" -uroot "$@"; else mariadb --no-defaults "--socket=$socket" -uroot "$@"; fi
}

root_statements() {
  cat <<SQL
SET SESSION sql_log_bin = 0;
CREATE USER 'root'@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
SQL
}

if [ ! -d "$data/mysql" ]; then
  : "${MYSQL_ROOT_PASSWORD:?set MYSQL_ROOT_PASSWORD}"
  make_tables "$@"
  "$server" "${own[@]}" "$@" --skip-networking &
  temporary=$!
  until client -e 'SELECT 1' >/dev/null 2>&1; do
    kill -0 $temporary
    sleep 0.2
  done
  root_statements | client
  export MYSQL_PWD=$MYSQL_ROOT_PASSWORD
  for file in /docker-entrypoint-initdb.d/*.sql; do
    echo "running $file"
    client <"$file"
  done
  unset MYSQL_PWD
  kill $temporary
  wait $temporary
fi

exec "$server" "${own[@]}" "$@"
