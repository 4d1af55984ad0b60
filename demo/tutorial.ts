import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import type { TablePair } from './compare.ts';
import { markerTable, type Route } from './marker.ts';
import { type DemoServers, run, type Server } from './servers.ts';

/** Schemas of the tutorial; tests take others, so that they do not meet. */
export type TutorialNames = {
  readonly order: string;
  readonly user: string;
  readonly targetOrder: string;
  readonly targetUser: string;
};

export const TUTORIAL_NAMES: TutorialNames = {
  order: 'mshop_order',
  user: 'mshop_user',
  targetOrder: 'otter_order',
  targetUser: 'otter_user',
};

export const TUTORIAL_CHANNEL = 'shop';
export const TUTORIAL_FILE = join(import.meta.dirname, 'tutorial.yaml');

const TABLES = {
  ord_order: `order_id INT NOT NULL PRIMARY KEY,
    uid INT NOT NULL,
    receiver VARCHAR(64) NOT NULL,
    address VARCHAR(255) NULL,
    amount DECIMAL(10,2) NOT NULL,
    status VARCHAR(20) NOT NULL DEFAULT 'new',
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP`,
  ord_item: `item_id INT NOT NULL PRIMARY KEY,
    order_id INT NOT NULL,
    product VARCHAR(100) NOT NULL,
    price DECIMAL(10,2) NOT NULL,
    quantity INT NOT NULL DEFAULT 1,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    KEY ix_order (order_id)`,
  user: `uid INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(64) NOT NULL,
    mobile VARCHAR(20) NULL,
    email VARCHAR(100) NULL,
    balance DECIMAL(10,2) NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP`,
} as const;

type TableName = keyof typeof TABLES;
const ORDER_TABLES: readonly TableName[] = ['ord_order', 'ord_item'];
const USER_TABLES: readonly TableName[] = ['user'];

/** Makes the schemas anew at sources and target, with the tables and one for markers. What was in them is gone. */
export async function createTutorial(servers: DemoServers, names: TutorialNames = TUTORIAL_NAMES): Promise<void> {
  await run(servers.order, schema(names.order, ORDER_TABLES));
  await run(servers.user, schema(names.user, USER_TABLES));
  await run(servers.otter, [...schema(names.targetOrder, ORDER_TABLES), ...schema(names.targetUser, USER_TABLES)]);
}

/** Removes the schemas everywhere. */
export async function dropTutorial(servers: DemoServers, names: TutorialNames = TUTORIAL_NAMES): Promise<void> {
  await run(servers.order, [`DROP DATABASE IF EXISTS ${names.order}`]);
  await run(servers.user, [`DROP DATABASE IF EXISTS ${names.user}`]);
  await run(
    servers.otter,
    [names.targetOrder, names.targetUser].map((name) => `DROP DATABASE IF EXISTS ${name}`),
  );
}

function schema(name: string, tables: readonly TableName[]): string[] {
  return [
    `DROP DATABASE IF EXISTS ${name}`,
    `CREATE DATABASE ${name} CHARACTER SET utf8mb4`,
    ...tables.map((table) => `CREATE TABLE ${name}.${table} (${TABLES[table]})`),
    markerTable(name),
  ];
}

/** The rows that the tutorial begins with: two orders with one item, three users. */
export async function insertSeedRows(servers: DemoServers, names: TutorialNames = TUTORIAL_NAMES): Promise<void> {
  await run(servers.order, [
    `INSERT INTO ${names.order}.ord_order (order_id, uid, receiver, address, amount) VALUES
      (1, 1, '刘先生', '武汉市洪山区珞喻路1037号', 13999.00), (2, 2, '王小姐', '上海市浦东新区世纪大道100号', 0.99)`,
    `INSERT INTO ${names.order}.ord_item (item_id, order_id, product, price) VALUES (1, 1, 'Mac Book Pro 13#', 13999.00)`,
  ]);
  await run(servers.user, [
    `INSERT INTO ${names.user}.user (name, mobile, email, balance) VALUES
      ('刘先生', '13800138000', 'liu@example.com', 100.00), ('王小姐', NULL, '', 0), ('O''Brien \\\\ 😀', '+353 1', NULL, NULL)`,
  ]);
}

/** The way of each source's rows, for markers and probes. */
export function tutorialRoutes(servers: DemoServers, names: TutorialNames = TUTORIAL_NAMES): Route[] {
  const { otter } = servers;
  return [
    {
      name: 'order',
      from: { server: servers.order, schema: names.order },
      to: { server: otter, schema: names.targetOrder },
    },
    {
      name: 'user',
      from: { server: servers.user, schema: names.user },
      to: { server: otter, schema: names.targetUser },
    },
  ];
}

/** The three tables, each beside its copy. */
export function tutorialPairs(servers: DemoServers, names: TutorialNames = TUTORIAL_NAMES): TablePair[] {
  const pair = (source: Server, from: string, to: string, table: string): TablePair => ({
    source: { server: source, schema: from, table },
    target: { server: servers.otter, schema: to, table },
  });
  return [
    ...ORDER_TABLES.map((table) => pair(servers.order, names.order, names.targetOrder, table)),
    ...USER_TABLES.map((table) => pair(servers.user, names.user, names.targetUser, table)),
  ];
}

/** `tutorial.yaml` with the addresses of these servers in place of the default ones. */
export async function tutorialDocument(servers: DemoServers): Promise<string> {
  const document = parseDocument(await readFile(TUTORIAL_FILE, 'utf8'));
  for (const [name, { host, port }] of Object.entries(servers)) {
    const database = document.getIn(['databases', name]);
    if (isMap(database)) database.set('hosts', `${host}:${port}`);
  }
  return document.toString();
}
