import type { Overview } from '../../api/types.ts';
import type { Format } from '../../words/format.ts';

export type Figure = {
  readonly word: 'running' | 'rate' | 'worstLag' | 'rowsHeld' | 'statementsHeld' | 'openAlarms' | 'processes' | 'links';
  readonly value: string;
  /** Of how many. */
  readonly of?: string;
  readonly isBad: boolean;
  /** The page that tells more. */
  readonly path?: string;
};

/** The figures of the first page. */
export function figuresOf(overview: Overview, format: Format): Figure[] {
  const { channels, nodes, worst, quarantined, heldStatements, openAlarms, brokenLinks, rowsPerSecond } = overview;
  const up = nodes.reduce((sum, node) => sum + node.up, 0);
  const lost = nodes.reduce((sum, node) => sum + node.lost, 0);
  const lags = worst.flatMap(({ lagMs }) => lagMs ?? []);
  const { number } = format;
  return [
    { word: 'running', value: number(channels.running), of: number(channels.total), isBad: false },
    { word: 'rate', value: format.compact(rowsPerSecond), isBad: false },
    { word: 'worstLag', value: lags.length === 0 ? '–' : format.duration(Math.max(...lags)), isBad: false },
    { word: 'rowsHeld', value: number(quarantined), isBad: quarantined > 0 },
    { word: 'statementsHeld', value: number(heldStatements), isBad: heldStatements > 0 },
    { word: 'openAlarms', value: number(openAlarms), isBad: openAlarms > 0, path: '/alarms' },
    { word: 'processes', value: number(up), of: number(up + lost), isBad: lost > 0, path: '/nodes' },
    { word: 'links', value: number(brokenLinks), isBad: brokenLinks > 0, path: '/diagnostics' },
  ];
}
