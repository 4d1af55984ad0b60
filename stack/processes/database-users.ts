/** The logins of every database of the local stack. */
export const ROOT = { user: 'root', password: 'root' } as const;

/** `lutra` holds exactly what reading a source needs; `lutra_load` is the target's login. */
const USERS = [
  { user: 'lutra', password: 'lutra', rights: 'REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON *.*', more: '' },
  { user: 'lutra_load', password: 'lutra_load', rights: 'ALL ON *.*', more: ' WITH GRANT OPTION' },
] as const;

export const DATABASE_USERS: readonly { user: string; password: string }[] = [ROOT, ...USERS];

/** Statements that create the logins; root answers on the socket and on 127.0.0.1 only. */
export function userStatements(): readonly string[] {
  return [
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${ROOT.password}'`,
    `CREATE USER IF NOT EXISTS 'root'@'127.0.0.1'`, // MariaDB brings it without a password
    `ALTER USER 'root'@'127.0.0.1' IDENTIFIED BY '${ROOT.password}'`,
    `GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION`,
    ...USERS.flatMap(({ user, password, rights, more }) => [
      `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`,
      `GRANT ${rights} TO '${user}'@'%'${more}`,
    ]),
  ];
}
