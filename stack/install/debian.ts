/**
 * Debian packages without root and without touching the system: apt works on a source list, a state and a cache of its
 * own, then dpkg unpacks what it fetched. Every binary runs under the loader and the libraries that were unpacked with
 * it, so the packages' suite need not be the machine's.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { runTool } from './tool.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SOURCES = '/etc/apt';

/** What to fetch: `install` with everything they need, `alone` without (their needs are met by the others). */
export type PackageSet = {
  readonly suite: string;
  readonly install: readonly string[];
  readonly alone?: readonly string[];
};

/** Fetches a set and unpacks it under `<part>`. */
export async function unpackPackages(part: string, packages: PackageSet, purpose: string): Promise<void> {
  const apt = join(part, '.apt');
  const archives = join(apt, 'cache', 'archives');
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(apt, folder), { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  writeFileSync(join(apt, 'sources.list'), `${sourceLine(packages.suite)}\n`);
  const options = aptOptions(apt);
  await runTool('apt-get', [...options, '-qq', 'update'], { purpose });
  const install = ['-qq', '-y', '--download-only', '--no-install-recommends', 'install', ...packages.install];
  await runTool('apt-get', [...options, ...install], { purpose });
  if (packages.alone)
    await runTool('apt-get', [...options, '-qq', 'download', ...packages.alone], { purpose, cwd: archives });
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await runTool('dpkg', ['-x', join(archives, file), part], { purpose });
  }
  rmSync(apt, { recursive: true });
}

function aptOptions(apt: string): readonly string[] {
  const settings = {
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': apt,
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': join(apt, 'cache'),
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function sourceLine(suite: string): string {
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : '';
  return `deb ${signed}${debianMirror()} ${suite} main`;
}

/** The machine's own Debian mirror, as its apt sources name it. */
export function debianMirror(folder: string = SOURCES): string {
  for (const file of sourceFiles(folder)) {
    const mirror = /^(?:URIs:|deb)\s.*?((?:https?|mirror\+\w+):\/\/\S+\/debian)\/?(?:\s|$)/m.exec(
      readFileSync(file, 'utf8'),
    );
    if (mirror?.[1]) return mirror[1];
  }
  throw new StackError(
    `No Debian mirror is named in ${folder}/sources.list or sources.list.d; add a line with one, MySQL, MariaDB and Redis come from there.`,
  );
}

function sourceFiles(folder: string): readonly string[] {
  const parts = join(folder, 'sources.list.d');
  const listed = existsSync(parts) ? readdirSync(parts).sort() : [];
  return [join(folder, 'sources.list'), ...listed.map((file) => join(parts, file))]
    .filter((file) => /\.(list|sources)$/.test(file))
    .filter((file) => existsSync(file));
}

/** Command line that runs `<root>/<program>` under the loader and the libraries of that root. */
export function underOwnLoader(root: string, program: string): { command: string; args: readonly string[] } {
  const loader = ['lib64', 'usr/lib64', 'lib', 'usr/lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file));
  if (!loader) throw new StackError(`No loader was unpacked in ${root}; delete that folder and run "up" again.`);
  return { command: loader, args: ['--library-path', libraryPath(root), join(root, program)] };
}

function libraryPath(root: string): string {
  return ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /-linux-gnu/.test(name))
        .map((name) => join(folder, name)),
    )
    .join(':');
}
