import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { sessionViewSchema } from '../../schemas/access.ts';
import type { ApiClient } from '../api-client.ts';
import { ask, askHidden, readLines } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import { credentialsFile, keepToken, keptToken } from '../credentials.ts';
import type { Connect } from '../program.ts';
import { paint, printable } from '../screen.ts';
import { changePassword, exchangeForToken, type OpenSession, setUp, signIn } from '../sign-in.ts';

type LoginOptions = { name?: string; passwordStdin?: boolean };
type SetupOptions = LoginOptions & { token?: string };

const TOKEN_DAYS = 30;
const FROM_STDIN = 'read the password from standard input; a second line is the new one, when it must be changed';

/** `lutra login`, `logout`, `whoami`, `setup` */
export function addSession(program: Command, connect: Connect): void {
  program
    .command('login')
    .description(`Log in and keep a token of ${TOKEN_DAYS} days for this server.`)
    .option('--name <user>', 'the user')
    .option('--password-stdin', FROM_STDIN)
    .addHelpText('after', '\nExamples:\n  lutra login\n  lutra login --name ci --password-stdin < password.txt')
    .action(async (options: LoginOptions) => {
      const client = connect(null);
      const name = options.name ?? (await ask('user: '));
      const [password, next] = await passwords(options);
      const session = await signIn(client, { name, password });
      await keep(client, session.view.mustChangePassword ? await renew(client, session, password, next) : session);
    });
  program
    .command('setup')
    .description('Make the first user, an admin, and log in.')
    .option('--token <token>', 'the set-up token, which the admin API prints on its standard output at its first start')
    .option('--name <user>', 'the user')
    .option('--password-stdin', 'read the password from standard input')
    .addHelpText('after', '\nExample:\n  lutra setup --name admin')
    .action(async (options: SetupOptions) => {
      const client = connect(null);
      const token = options.token ?? (await askHidden('set-up token: '));
      const name = options.name ?? (await ask('user: '));
      const password = options.passwordStdin === true ? (await passwords(options))[0] : await askTwice();
      await keep(client, await setUp(client, { token, name, password }));
    });
  program
    .command('logout')
    .description('End the token that login kept, and forget it.')
    .action(async () => {
      const { server } = connect();
      const token = keptToken(server);
      if (token === undefined) {
        console.log(`not logged in at ${server}`);
        return;
      }
      const client = connect(token);
      keepToken(server, undefined);
      await client.text(`/tokens/${encodeURIComponent(token.split('_')[1] ?? '')}`, { method: 'DELETE' });
      console.log(`${paint('green', 'logged out')} at ${server}`);
    });
  program
    .command('whoami')
    .description('Who one is for the admin API.')
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(['table', 'json']).default('table'))
    .action(async ({ output }: { output: 'table' | 'json' }) => {
      const client = connect();
      const view = await client.json(sessionViewSchema, '/session');
      if (output === 'json') console.log(JSON.stringify(view, null, 2));
      else console.log(`${printable(view.user.name)}, ${view.user.role}, at ${client.server}`);
    });
}

async function keep(client: ApiClient, session: OpenSession): Promise<void> {
  const { name, role } = session.view.user;
  const token = await exchangeForToken(client, session, {
    name: `lutra on ${hostname()}`.slice(0, 100),
    role,
    expiresInDays: TOKEN_DAYS,
  });
  keepToken(client.server, token);
  console.log(
    `${paint('green', 'logged in')} at ${client.server} as ${printable(name)}, ${role}; the token is in ${credentialsFile()}`,
  );
}

async function renew(client: ApiClient, session: OpenSession, current: string, next?: string): Promise<OpenSession> {
  console.error('the password was set by somebody else and must be changed now');
  return changePassword(client, session, { current, next: next || (await askTwice()) });
}

async function passwords({ passwordStdin }: LoginOptions): Promise<[password: string, next?: string]> {
  if (passwordStdin !== true) return [await askHidden('password: ')];
  const [password = '', next] = await readLines();
  return next === undefined ? [password] : [password, next];
}

async function askTwice(): Promise<string> {
  const first = await askHidden('new password: ');
  if (first === (await askHidden('once more: '))) return first;
  throw new CliError(1, ['the two passwords differ; nothing was changed']);
}
