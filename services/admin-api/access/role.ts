import * as z from 'zod';

/** viewer: reads. operator: also starts, pauses, moves and decides. admin: also changes documents, users and rules. */
export const roleSchema = z.enum(['viewer', 'operator', 'admin']);
export type Role = z.infer<typeof roleSchema>;

/** What a route asks for; public: anybody. */
export type RouteRole = Role | 'public';

export function hasRole(role: Role, needed: RouteRole): boolean {
  return needed === 'public' || rank(role) >= rank(needed);
}

/** The one of two roles that may do less. */
export function lesserRole(a: Role, b: Role): Role {
  return rank(a) < rank(b) ? a : b;
}

function rank(role: Role): number {
  return roleSchema.options.indexOf(role);
}
