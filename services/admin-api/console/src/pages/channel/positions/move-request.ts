export const MOVES = ['skipTransactions', 'replayTransactions', 'time', 'gtid', 'file', 'offset', 'shiftBy'] as const;
export type Move = (typeof MOVES)[number];

/** What stands in the fields, as text. */
export type MoveForm = {
  readonly move: Move;
  readonly count: string;
  readonly time: string;
  readonly gtid: string;
  readonly file: string;
  readonly position: string;
  readonly partition: string;
  readonly offset: string;
  readonly shift: string;
};
export const EMPTY_MOVE: MoveForm = {
  move: 'skipTransactions',
  ...{ count: '1', time: '', gtid: '', file: '', position: '', partition: '', offset: '', shift: '1' },
};

/** The body of POST …/position without dryRun. */
export type MoveRequest = { readonly to: Readonly<Record<string, string | number>>; readonly only?: 'skip' | 'repeat' };
export type MoveFault = 'faultNumber' | 'faultCount' | 'faultTime' | 'faultText' | 'faultPosition';

/** The request that the fields mean, or what is wrong with them. Times are read in the zone of the browser. */
export function readMove(form: MoveForm): { readonly request: MoveRequest } | { readonly fault: MoveFault } {
  switch (form.move) {
    case 'skipTransactions':
    case 'replayTransactions':
      return transactions(form);
    case 'time': {
      const at = new Date(form.time);
      if (form.time === '' || Number.isNaN(at.getTime())) return { fault: 'faultTime' };
      return { request: { to: { time: at.toISOString() } } };
    }
    case 'gtid':
      return form.gtid.trim() === '' ? { fault: 'faultText' } : { request: { to: { gtid: form.gtid.trim() } } };
    case 'file':
      if (form.file.trim() === '') return { fault: 'faultText' };
      if (!isWhole(form.position) || Number(form.position) < 4) return { fault: 'faultPosition' };
      return { request: { to: { file: form.file.trim(), position: Number(form.position) } } };
    case 'offset':
      if (!isWhole(form.offset)) return { fault: 'faultNumber' };
      return withPartition(form, { offset: form.offset.trim() });
    case 'shiftBy':
      if (!/^\s*-?\d{1,15}\s*$/.test(form.shift)) return { fault: 'faultNumber' };
      return withPartition(form, { shiftBy: Number(form.shift) });
  }
}

function transactions({ move, count }: MoveForm): ReturnType<typeof readMove> {
  const number = Number(count);
  if (!isWhole(count) || number < 1 || number > 100_000) return { fault: 'faultCount' };
  return move === 'skipTransactions'
    ? { request: { to: { transactions: number }, only: 'skip' } }
    : { request: { to: { transactions: -number }, only: 'repeat' } };
}

function withPartition({ partition }: MoveForm, to: Record<string, string | number>): ReturnType<typeof readMove> {
  if (partition.trim() === '') return { request: { to } };
  return isWhole(partition) ? { request: { to: { ...to, partition: Number(partition) } } } : { fault: 'faultNumber' };
}

function isWhole(text: string): boolean {
  return /^\s*\d{1,19}\s*$/.test(text);
}
