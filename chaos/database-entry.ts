/** A database of a channel document: on this machine, with the users of the stack. */
export function databaseEntry(side: 'source' | 'target', site: string, port: number, partitions = 1): object {
  const [user, variable] = side === 'source' ? ['lutra', 'LUTRA_DB_PASSWORD'] : ['lutra_load', 'LUTRA_LOAD_PASSWORD'];
  return {
    site,
    hosts: `127.0.0.1:${port}`,
    ...(side === 'source' ? { partitions } : {}),
    user,
    password: { env: variable },
  };
}
