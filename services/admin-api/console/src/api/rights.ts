import { useSession } from './queries.ts';
import type { Role } from './types.ts';

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** Whether the user may do what needs this role. The API decides; buttons that would be refused are only greyed. */
export function useMay(role: Role): boolean {
  const { data: session } = useSession();
  if (session === null) return true;
  return session !== undefined && RANK[session.user.role] >= RANK[role];
}
