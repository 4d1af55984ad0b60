import type { Command } from 'commander';
import type * as z from 'zod';
import { stateReplySchema } from '../../schemas/channels.ts';
import type { ApiClient } from '../api-client.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { paint, printable } from '../screen.ts';
import { waitUntilPaused, waitUntilRunning } from '../wait.ts';

type Reply = z.infer<typeof stateReplySchema>;
type Options = { wait?: true; timeout: string; output: Format };

/** `lutra start`, `lutra pause`, `lutra restart` */
export function addState(program: Command, connect: Connect): void {
  verb(program, 'start', 'Let a channel run, and say from where each pipeline starts and what is not covered.')
    .option('--wait', 'wait until every pipeline runs')
    .action(async (name: string, { wait, timeout, output }: Options) => {
      const client = connect();
      const reply = await set(client, name, 'start');
      print(reply, output, () => startedText(reply));
      if (wait === true) await waitUntilRunning(client, [reply.channel], timeout);
    });
  verb(program, 'pause', 'Let a channel stand still; its pipelines keep their place.')
    .option('--wait', 'wait until no loader works on it')
    .action(async (name: string, { wait, timeout, output }: Options) => {
      const client = connect();
      const reply = await set(client, name, 'pause');
      print(reply, output, () => `channel ${name} ${reply.changed ? paint('green', 'paused') : 'is paused already'}`);
      if (wait === true) await waitUntilPaused(client, name, timeout);
    });
  verb(program, 'restart', 'Pause a channel, wait until no loader works on it, and start it where it stood.')
    .option('--wait', 'wait until every pipeline runs')
    .action(async (name: string, { wait, timeout, output }: Options) => {
      const client = connect();
      await set(client, name, 'pause');
      await waitUntilPaused(client, name, timeout);
      const reply = await set(client, name, 'start');
      print(reply, output, () => startedText(reply));
      if (wait === true) await waitUntilRunning(client, [reply.channel], timeout);
    });
}

function verb(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<channel>', 'the channel')
    .option('--timeout <duration>', 'how long to wait', '60s')
    .addOption(outputOption())
    .addHelpText('after', examples([`lutra ${name} shop`, `lutra ${name} shop --wait`]));
}

function set(client: ApiClient, name: string, action: 'start' | 'pause'): Promise<Reply> {
  return client.json(stateReplySchema, `/channels/${encodeURIComponent(name)}/${action}`, { method: 'POST' });
}

function print(reply: Reply, output: Format, table: () => string): void {
  show({ value: reply, table, names: [reply.channel.name] }, output);
}

function startedText({ channel, changed, startPoints = [] }: Reply): string {
  return [
    `channel ${channel.name} ${changed ? paint('green', 'started') : 'runs already'}`,
    ...startPoints.flatMap(({ pipeline, from, notCovered }) => [
      printable(`  ${pipeline}: ${from}`),
      printable(`    not covered: ${notCovered}`),
    ]),
  ].join('\n');
}
