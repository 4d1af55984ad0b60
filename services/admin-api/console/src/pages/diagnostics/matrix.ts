import type { Diagnostics, Link } from '../../api/operation-types.ts';

type DiagnosedNode = Diagnostics['nodes'][number];
export type Matrix = {
  readonly rows: readonly DiagnosedNode[];
  readonly columns: readonly DiagnosedNode[];
  readonly cell: (from: string, to: string) => readonly Link[];
};
export type MatrixChoice = { readonly site: string; readonly onlyBroken: boolean };

/** Processes ask; what is asked for comes in this order. */
const ORDER = ['selector', 'loader', 'admin-api', 'kafka', 'registry', 'redis', 'database'];

/** Who asks (rows) and who is asked (columns), as far as links exist. `site` '' means all; it chooses rows. */
export function matrixOf({ nodes, links }: Diagnostics, { site, onlyBroken }: MatrixChoice): Matrix {
  const sites = new Map(nodes.map((node) => [node.id, node.site]));
  const shown = links.filter((link) => (site === '' || sites.get(link.from) === site) && (!onlyBroken || !link.ok));
  const cells = Map.groupBy(shown, ({ from, to }) => `${from}\n${to}`);
  const asking = new Set(shown.map(({ from }) => from));
  const asked = new Set(shown.map(({ to }) => to));
  const sorted = nodes.toSorted(inOrder);
  return {
    rows: sorted.filter(({ id }) => asking.has(id)),
    columns: sorted.filter(({ id }) => asked.has(id)),
    cell: (from, to) => cells.get(`${from}\n${to}`) ?? [],
  };
}

/** The worst link decides: one that does not work, else the slowest. */
export function worstOf(links: readonly Link[]): Link | undefined {
  return links.find(({ ok }) => !ok) ?? links.toSorted((a, b) => (b.latencyMs ?? 0) - (a.latencyMs ?? 0))[0];
}

/** `kafka:us` as people call it under its kind: `us`. */
export function shortName({ id, role }: Pick<DiagnosedNode, 'id' | 'role'>): string {
  return id.startsWith(`${role}:`) ? id.slice(role.length + 1) : id;
}

function inOrder(a: DiagnosedNode, b: DiagnosedNode): number {
  return ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || a.site.localeCompare(b.site) || a.id.localeCompare(b.id);
}
