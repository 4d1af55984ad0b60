import { Command } from 'commander';
import { ApiClient } from './api-client.ts';
import { EXIT_CODES } from './cli-error.ts';
import { addAccess } from './commands/access.ts';
import { addAlarmRules } from './commands/alarm-rules.ts';
import { addApply } from './commands/apply.ts';
import { addAudit } from './commands/audit.ts';
import { addChanges } from './commands/changes.ts';
import { addCheck } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addDdl } from './commands/ddl.ts';
import { addDelete } from './commands/delete.ts';
import { addDescribe } from './commands/describe.ts';
import { addDiagnose } from './commands/diagnose.ts';
import { addGet } from './commands/get.ts';
import { addHistory } from './commands/history.ts';
import { addLogs } from './commands/logs.ts';
import { addPreview } from './commands/preview.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addResync } from './commands/resync.ts';
import { addSeek } from './commands/seek.ts';
import { addSession } from './commands/session.ts';
import { addState } from './commands/state.ts';
import { addStatus } from './commands/status.ts';
import { addTop } from './commands/top.ts';

/** Gives the commands their client once the options are known; without a token it is the one of the environment or of `lutra login`, null is none. */
export type Connect = (token?: string | null) => ApiClient;

/** The command line with all its commands. Ends by throwing, never by itself. */
export function createProgram(): Command {
  const program = new Command('lutra');
  program
    .description('Replicates MySQL across datacentres through Kafka.')
    .option('--server <url>', 'address of the admin API (LUTRA_SERVER; default http://127.0.0.1:21080)')
    .exitOverride()
    .showHelpAfterError('(add --help for the usage)')
    .addHelpText('after', HELP);
  const connect: Connect = (token) => new ApiClient(program.opts<{ server?: string }>().server, token);
  for (const add of [
    addGet,
    addDescribe,
    addStatus,
    addTop,
    addLogs,
    addHistory,
    addDiagnose,
    addCheck,
    addPreview,
    addApply,
    addChanges,
    addDelete,
    addState,
    addSeek,
    addResync,
    addQuarantine,
    addDdl,
    addAudit,
    addAlarmRules,
    addAccess,
    addSession,
    addCompletion,
  ])
    add(program, connect);
  return program;
}

const HELP = `
Examples:
  lutra login                   once; LUTRA_TOKEN gives an API token instead
  lutra check -f shop.yaml      look at both databases before anything is stored
  lutra apply -f shop.yaml      create or change the channels of a file
  lutra top                     lag and rows a second of all pipelines, live
  lutra status shop             why a pipeline does not run, and what to do
  lutra get shop -o yaml        the document, ready to edit and apply again

Exit codes:
${EXIT_CODES.map(([code, meaning]) => `  ${code}  ${meaning}`).join('\n')}`;
