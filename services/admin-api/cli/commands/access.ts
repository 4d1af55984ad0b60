import { type Command, Option } from 'commander';
import { roleSchema } from '../../access/role.ts';
import { madeTokenSchema, sessionViewSchema, userViewSchema } from '../../schemas/access.ts';
import { askHidden, readLines } from '../ask.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { TOKENS, USERS } from '../kinds/decided.ts';
import { addListing, examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { moment, paint } from '../screen.ts';
import { readCount } from '../time-text.ts';
import { addDeletion } from './delete.ts';

const FROM_STDIN = 'read the password from standard input instead of asking for it';

/** `lutra users`, `lutra tokens`, `lutra passwd` */
export function addAccess(program: Command, connect: Connect): void {
  addUsers(program, connect);
  addTokens(program, connect);
  program
    .command('passwd')
    .description('Change the own password; ends all other sessions.')
    .option('--password-stdin', 'read both from standard input: the present one, then the new one')
    .addHelpText('after', examples(['lutra passwd']))
    .action(async ({ passwordStdin }: { passwordStdin?: true }) => {
      const [current = '', next = ''] =
        passwordStdin === true ? await readLines() : [await askHidden('present password: '), await askTwice()];
      const body = JSON.stringify({ current, next });
      await connect().json(sessionViewSchema, '/session/password', { method: 'PUT', body });
      console.log(`password ${paint('green', 'changed')}`);
    });
}

type UserOptions = {
  role?: string;
  passwordStdin?: true;
  password?: true;
  disable?: true;
  enable?: true;
  output: Format;
};

function addUsers(program: Command, connect: Connect): void {
  const users = program
    .command('users')
    .alias('user')
    .description('Users and their roles, for admins.')
    .addHelpText(
      'after',
      examples(['lutra users list', 'lutra users create lin --role operator', 'lutra users set lin --disable']),
    );
  addListing(users, connect, USERS, 'list');
  users
    .command('create')
    .description('Make a user; the password has to be changed at the first log-in.')
    .argument('<name>', 'lower case')
    .addOption(roleOption().makeOptionMandatory())
    .option('--password-stdin', FROM_STDIN)
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra users create lin --role operator']))
    .action(async (name: string, { role, passwordStdin, output }: UserOptions) => {
      const body = JSON.stringify({ name, role, password: await newPassword(passwordStdin) });
      const user = await connect().json(userViewSchema, '/users', { method: 'POST', body });
      show({ value: user, table: () => `user ${name} ${paint('green', 'created')}`, names: [name] }, output);
    });
  users
    .command('set')
    .description('Change role or password of a user, disable or enable one.')
    .argument('<user>', 'the user')
    .addOption(roleOption())
    .option('--password', 'a new password, which has to be changed at the next log-in; it is asked for')
    .option('--password-stdin', FROM_STDIN)
    .addOption(new Option('--disable', 'let the user in no more').conflicts('enable'))
    .option('--enable', 'let the user in again')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra users set lin --role admin', 'lutra users set lin --disable']))
    .action(async (name: string, { role, password, passwordStdin, disable, enable, output }: UserOptions) => {
      const change = {
        ...(role === undefined ? {} : { role }),
        ...(password === true || passwordStdin === true ? { password: await newPassword(passwordStdin) } : {}),
        ...(disable === true || enable === true ? { disabled: disable === true } : {}),
      };
      if (Object.keys(change).length === 0)
        throw new CliError(EXIT.usage, ['say what to change: --role, --password, --disable or --enable']);
      const path = `/users/${encodeURIComponent(name)}`;
      const user = await connect().json(userViewSchema, path, { method: 'PATCH', body: JSON.stringify(change) });
      show({ value: user, table: () => `user ${name} ${paint('green', 'changed')}`, names: [name] }, output);
    });
  addDeletion(users, connect, 'user', 'delete');
}

function addTokens(program: Command, connect: Connect): void {
  const tokens = program
    .command('tokens')
    .alias('token')
    .description('API tokens for programs: LUTRA_TOKEN takes one.')
    .addHelpText(
      'after',
      examples(['lutra tokens list', 'lutra tokens create ci --role viewer --expires 90', 'lutra tokens delete ID']),
    );
  addListing(tokens, connect, TOKENS, 'list');
  tokens
    .command('create')
    .description('Make a token; it is shown this once.')
    .argument('<name>', 'what it is used for')
    .addOption(roleOption().makeOptionMandatory())
    .option('--expires <days>', 'days after which it ends; left out: never')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra tokens create prometheus --role viewer --expires 365']))
    .action(async (name: string, { role, expires, output }: { role: string; expires?: string; output: Format }) => {
      const ends = expires === undefined ? {} : { expiresInDays: readCount(expires, '--expires') };
      const body = JSON.stringify({ name, role, ...ends });
      const made = await connect().json(madeTokenSchema, '/tokens', { method: 'POST', body });
      const until = made.expiresAt === undefined ? 'without an end' : `until ${moment(made.expiresAt)}`;
      const text = (): string =>
        `${made.token}\nkeep it: it is not shown again. Token ${made.id}, ${made.role}, ${until}`;
      show({ value: made, table: text, names: [made.token] }, output);
    });
  addDeletion(tokens, connect, 'token', 'delete');
}

function roleOption(): Option {
  return new Option('--role <role>', 'what the user or token may do').choices(roleSchema.options);
}

async function newPassword(isFromStdin: true | undefined): Promise<string> {
  return isFromStdin === true ? ((await readLines())[0] ?? '') : askTwice();
}

async function askTwice(): Promise<string> {
  const first = await askHidden('new password: ');
  if (first === (await askHidden('once more: '))) return first;
  throw new CliError(EXIT.refused, ['the two passwords differ; nothing was changed']);
}
