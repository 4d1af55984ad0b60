import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { examples } from '../listing.ts';
import type { Connect } from '../program.ts';
import { paint } from '../screen.ts';

type Deletable = { readonly kind: string; readonly argument: string; readonly path: string; readonly warning: string };

const DELETABLE: readonly Deletable[] = [
  {
    kind: 'channel',
    argument: 'channel',
    path: '/channels/',
    warning: 'Its pipelines lose their place; rows already written stay.',
  },
  { kind: 'database', argument: 'database', path: '/databases/', warning: 'It is refused while a channel needs it.' },
  { kind: 'alarm-rule', argument: 'rule', path: '/alarm-rules/', warning: 'Its open alarms close.' },
  { kind: 'user', argument: 'user', path: '/users/', warning: 'Their tokens end with them.' },
  { kind: 'token', argument: 'token', path: '/tokens/', warning: 'Who uses it is not let in any more.' },
];

/** `lutra delete <kind> <name>`; without a kind it is a channel. */
export function addDelete(program: Command, connect: Connect): void {
  const parent = program
    .command('delete')
    .description('Delete a thing; without a kind: a channel. One made again under its name does not inherit its place.')
    .argument('<channel>', 'the channel')
    .option('-y, --yes', 'do not ask (asked on a terminal only)')
    .enablePositionalOptions()
    .addHelpText('after', examples(['lutra delete shop', 'lutra delete database sh.old', 'lutra delete token 4f2c -y']))
    .action((name: string, { yes }: { yes?: true }) => remove(connect, kindNamed('channel'), name, yes));
  for (const { kind } of DELETABLE) addDeletion(parent, connect, kind, kind);
}

/** A command that deletes a thing of this kind. */
export function addDeletion(parent: Command, connect: Connect, kind: string, name: string): void {
  const deletable = kindNamed(kind);
  parent
    .command(name)
    .description(`Delete a ${kind}. ${deletable.warning}`)
    .argument(`<${deletable.argument}>`, 'its name')
    .option('-y, --yes', 'do not ask (asked on a terminal only)')
    .addHelpText('after', examples([`lutra ${parent.name()} ${name} NAME`]))
    .action((item: string, { yes }: { yes?: true }) => remove(connect, deletable, item, yes));
}

async function remove(connect: Connect, { kind, path, warning }: Deletable, name: string, yes?: true): Promise<void> {
  const client = connect();
  if (yes !== true) await confirm(`delete the ${kind} ${name}? ${warning}`, 'nothing was deleted');
  await client.text(`${path}${encodeURIComponent(name)}`, { method: 'DELETE' });
  console.log(`${kind} ${name} ${paint('green', 'deleted')}`);
}

function kindNamed(kind: string): Deletable {
  const found = DELETABLE.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`nothing is deleted by the name ${kind}`);
  return found;
}
