-- The logins of every database, as stack/processes/database-users.ts makes them; the image itself makes root. They stay
-- out of the binlog, so a source begins with an empty GTID set.
SET SESSION sql_log_bin = 0;
CREATE USER 'lutra'@'%' IDENTIFIED BY 'lutra';
GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON *.* TO 'lutra'@'%';
CREATE USER 'lutra_load'@'%' IDENTIFIED BY 'lutra_load';
GRANT ALL ON *.* TO 'lutra_load'@'%' WITH GRANT OPTION;
