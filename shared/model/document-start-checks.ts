import { finding } from './document-finding.ts';
import type { DocumentParts, PipelineParts } from './document-parts.ts';
import type { DocumentProblem } from './document-problem.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const TAG = '[a-z_][a-z0-9_]{0,31}';
const INTERVAL = '[1-9][0-9]*(-[1-9][0-9]*)?';
const MYSQL_GTID = new RegExp(`^${UUID}(:${TAG})?(:(${TAG}:)?${INTERVAL})+$`, 'i');
const MARIADB_GTID = /^\d+-\d+-\d+$/;

/** Whether a start position has the form of its kind: a GTID set of MySQL or MariaDB, a name of a log file. */
export function startChecks(document: DocumentParts, pipeline: PipelineParts): DocumentProblem[] {
  const { start } = pipeline;
  const path = ['pipelines', pipeline.index, 'start'];
  if (typeof start !== 'object') return [];
  if ('file' in start) {
    if (/^[^/\\\s]+\.\d{6,}$/.test(start.file)) return [];
    const remedy = 'write the name as SHOW BINARY LOGS prints it, for example mysql-bin.000006';
    return [finding(document.text, [...path, 'file'], 'INVALID_START', 'not the name of a binary log file', remedy)];
  }
  if (isGtidSet(start.gtid)) return [];
  return [
    finding(
      document.text,
      [...path, 'gtid'],
      'INVALID_START',
      'not a GTID set',
      'write it as the server prints it: MySQL 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5, MariaDB 0-1-100',
    ),
  ];
}

/** One kind in the whole set; several parts divided by commas. */
function isGtidSet(text: string): boolean {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return false;
  return parts.every((part) => MYSQL_GTID.test(part)) || parts.every((part) => MARIADB_GTID.test(part));
}
