/** Schemas that are never published: the servers' own, and Lutra's. */
const SYSTEM = new Set(['mysql', 'information_schema', 'performance_schema', 'sys', 'lutra']);

export function isSystemSchema(schema: string): boolean {
  return SYSTEM.has(schema.toLowerCase());
}
