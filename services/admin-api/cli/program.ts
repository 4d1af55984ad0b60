import { Command } from 'commander';
import { ApiClient } from './api-client.ts';
import { addApply } from './commands/apply.ts';
import { addAudit } from './commands/audit.ts';
import { addCheck } from './commands/check.ts';
import { addDdl } from './commands/ddl.ts';
import { addDescribe } from './commands/describe.ts';
import { addGet } from './commands/get.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addSeek } from './commands/seek.ts';
import { addSession } from './commands/session.ts';
import { addState } from './commands/state.ts';
import { addStatus } from './commands/status.ts';

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
    addApply,
    addGet,
    addDescribe,
    addState,
    addStatus,
    addDdl,
    addQuarantine,
    addSeek,
    addAudit,
    addCheck,
    addSession,
  ])
    add(program, connect);
  return program;
}

const HELP = `
Examples:
  lutra login                   once; LUTRA_TOKEN gives an API token instead
  lutra check -f shop.yaml      look at both databases before anything is stored
  lutra apply -f shop.yaml      create or change the channels of a file
  lutra status --watch          lag, rows a second and positions, live
  lutra get shop -o yaml        the document, ready to edit and apply again

Exit codes: 0 ok, 1 refused or problems found, 2 wrong usage, 3 the admin API is not reachable, 4 not logged in.`;
