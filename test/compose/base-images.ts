/**
 * Stand-ins for the official images, for machines that reach no image registry: the same names, the paths and habits that
 * docker-compose.yml leans on, and the programs that the native stack has in its cache.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { StackError } from '../../stack/errors.ts';
import { debianMirror } from '../../stack/install/debian.ts';
import { javaCommand } from '../../stack/install/java.ts';
import { kafkaClassPath, registryFolder } from '../../stack/install/maven.ts';
import type { Report } from '../../stack/report.ts';
import { KAFKA_VERSIONS, STABLE_SUITE } from '../../stack/versions.ts';
import { runCommand, tryCommand } from './command.ts';
import type { Engine } from './engine.ts';
import { withTemporaryFolder } from './tools.ts';

const DEFINITIONS = join(PROJECT_ROOT, 'test', 'compose', 'images');
const DEBIAN = `debian:${STABLE_SUITE}-slim`;
const DATABASE_FILES = ['under-own-loader.sh', 'database-entrypoint.sh'];

/** One stand-in: the files of its build, as pairs of a folder and paths in it, and its build arguments. */
type StandIn = {
  readonly image: string;
  readonly definition: string;
  readonly files: readonly (readonly [folder: string, paths: readonly string[]])[];
  readonly args: Readonly<Record<string, string>>;
};

/** The images that the compose file names, by the service or the build that uses them. */
export type ImageNames = {
  readonly kafka: string;
  readonly registry: string;
  readonly mysql: string;
  readonly mariadb: string;
  readonly redis: string;
  readonly node: string;
};

/** Builds those stand-ins that the engine does not have yet. `cache`: that of the native stack, installed. */
export async function buildStandIns(engine: Engine, cache: string, names: ImageNames, report: Report): Promise<void> {
  await ensureDebian(engine, report);
  for (const standIn of await standIns(cache, names)) await ensureStandIn(engine, standIn, report);
}

async function ensureDebian(engine: Engine, report: Report): Promise<void> {
  if (await labelOf(engine, DEBIAN)) return;
  await report.step(`making ${DEBIAN} with debootstrap`, () =>
    withTemporaryFolder(async (folder) => {
      const root = join(folder, 'root');
      await runCommand(['debootstrap', '--variant=minbase', STABLE_SUITE, root, debianMirror()]);
      await engine.docker(
        ['import', '--change', 'LABEL lutra.stand-in=debootstrap', '-', DEBIAN],
        ['tar', '-C', root, '-c', '.'],
      );
    }),
  );
}

async function ensureStandIn(engine: Engine, standIn: StandIn, report: Report): Promise<void> {
  const key = keyOf(standIn);
  if ((await labelOf(engine, standIn.image)) === key) return;
  const args = Object.entries(standIn.args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const label = ['--label', `lutra.stand-in=${key}`];
  await report.step(`building a stand-in for ${standIn.image}`, () =>
    engine.docker(
      ['build', '--network', 'host', ...label, ...args, '-t', standIn.image, '-f', standIn.definition, '-'],
      contextOf(standIn),
    ),
  );
}

/** The label by which an image is known as a stand-in of ours; empty when there is no such image. */
async function labelOf(engine: Engine, image: string): Promise<string> {
  const format = '{{index .Config.Labels "lutra.stand-in"}}';
  const { code, output } = await tryCommand(['docker', 'image', 'inspect', '--format', format, image], {
    env: engine.env,
  });
  return code === 0 ? output.trim() : '';
}

/** A new key when anything that goes into the image changed; what is in the cache bears its version in the name. */
function keyOf(standIn: StandIn): string {
  const hash = createHash('sha256').update(JSON.stringify([standIn.files, standIn.args]));
  const definitions = standIn.files.filter(([folder]) => folder === DEFINITIONS).flatMap(([, paths]) => paths);
  for (const file of definitions) hash.update(readFileSync(join(DEFINITIONS, file)));
  return hash.digest('hex').slice(0, 16);
}

function contextOf(standIn: StandIn): readonly string[] {
  return ['tar', '-c', ...standIn.files.flatMap(([folder, paths]) => ['-C', folder, ...paths])];
}

async function standIns(cache: string, names: ImageNames): Promise<readonly StandIn[]> {
  const [kafkaVersion] = KAFKA_VERSIONS;
  const java = relative(cache, dirname(dirname(javaCommand(cache))));
  const kafka = relative(cache, dirname(kafkaClassPath(cache, kafkaVersion)));
  const registry = relative(cache, registryFolder(cache));
  const jvm = (image: string, definition: string, args: Record<string, string>): StandIn => ({
    image,
    definition,
    files: [
      [DEFINITIONS, [definition]],
      [cache, Object.values(args)],
    ],
    args,
  });
  return [
    jvm(names.kafka, 'kafka.Dockerfile', { JAVA: java, KAFKA: kafka }),
    jvm(names.registry, 'registry.Dockerfile', { JAVA: java, REGISTRY: registry }),
    database(cache, names.mysql, { SERVER: 'mysql', PROGRAMS: 'mysqld mysql mysqladmin' }),
    database(cache, names.mariadb, { SERVER: 'mariadb', PROGRAMS: 'mariadbd mariadb mariadb-admin' }),
    redis(cache, names.redis),
    await node(names.node),
  ];
}

function database(cache: string, image: string, args: { SERVER: string; PROGRAMS: string }): StandIn {
  const programs = args.PROGRAMS.split(' ').flatMap((name) => [`usr/sbin/${name}`, `usr/bin/${name}`]);
  const parts = ['lib64', 'lib', 'usr/lib64', 'usr/lib', 'usr/share/mysql', ...programs];
  const paths = parts.map((part) => join(args.SERVER, part)).filter((path) => existsSync(join(cache, path)));
  const definition = 'database.Dockerfile';
  return {
    image,
    definition,
    files: [
      [DEFINITIONS, [definition, ...DATABASE_FILES]],
      [cache, paths],
    ],
    args,
  };
}

function redis(cache: string, image: string): StandIn {
  const definition = 'redis.Dockerfile';
  const programs = ['redis-server', 'redis-check-rdb', 'redis-cli'].map((name) => `usr/bin/${name}`); // the first links to the second
  const parts = ['lib64', 'lib', 'usr/lib', ...programs];
  return {
    image,
    definition,
    files: [
      [DEFINITIONS, [definition, 'under-own-loader.sh']],
      [cache, parts.map((part) => join('redis', part))],
    ],
    args: {},
  };
}

/** Node 24 of this project; npm, the CA bundle and the npm registry of the machine, since a build uses its network. */
async function node(image: string): Promise<StandIn> {
  const definition = 'node.Dockerfile';
  const npm = (await runCommand(['npm', 'root', '--global'], { cwd: '/' })).trim();
  const registry = (await runCommand(['npm', 'config', 'get', 'registry'], { cwd: '/' })).trim();
  const named = process.env.NODE_EXTRA_CA_CERTS ?? '/etc/ssl/certs/ca-certificates.crt';
  if (!existsSync(named)) throw new StackError(`${named} is missing; install the package "ca-certificates".`);
  const bundle = realpathSync(named);
  return {
    image,
    definition,
    files: [
      [DEFINITIONS, [definition]],
      [join(PROJECT_ROOT, 'node_modules', 'node', 'bin'), ['node']],
      [npm, ['npm']],
      [dirname(bundle), [basename(bundle)]],
    ],
    args: { REGISTRY_URL: registry, CA_BUNDLE: basename(bundle) },
  };
}
