import { stateLine } from '../demo/channels.ts';
import { run, type Server } from '../demo/servers.ts';
import type { Start } from '../shared/model/channel.ts';
import { pipelineGroup, rowsTopic, sourceId } from '../topics/topics.ts';
import type { Backlog } from './backlog.ts';
import { type Contender, type Progress, TargetLook } from './contender.ts';
import { removeTopic } from './kafka-cleanup.ts';
import { SCHEMA, type TableName } from './order-table.ts';
import type { TestBed } from './test-bed.ts';

const PIPELINE = 'p';
let made = 0;

/** A channel with one pipeline from the source's table to the same table of a target; its source has a name of its own, so nobody has read it before. */
export class LutraChannel {
  readonly bed: TestBed;
  readonly name: string;
  readonly topic: string;
  private readonly sourceName: string;
  private readonly site: 'sh' | 'us';

  constructor(bed: TestBed, site: 'sh' | 'us') {
    const number = ++made;
    this.bed = bed;
    this.site = site;
    this.name = `bench-${number}`;
    this.sourceName = `source-${number}`;
    this.topic = rowsTopic(sourceId('sh', this.sourceName));
  }

  get target(): Server {
    return this.bed.server(this.site === 'sh' ? 'target' : 'far');
  }

  /** Creates the channel, paused. */
  async create(table: TableName, start: Start): Promise<void> {
    const source = this.bed.server('source');
    const document = {
      apiVersion: 'lutra/v1',
      kind: 'Channel',
      name: this.name,
      state: 'paused',
      databases: {
        [this.sourceName]: database('sh', source, 'lutra', 'LUTRA_DB_PASSWORD'),
        [`target-${this.sourceName}`]: database(this.site, this.target, 'lutra_load', 'LUTRA_LOAD_PASSWORD'),
      },
      pipelines: [
        {
          name: PIPELINE,
          from: this.sourceName,
          to: `target-${this.sourceName}`,
          start,
          mappings: [{ from: `${SCHEMA}.${table}`, to: `${SCHEMA}.${table}` }],
        },
      ],
    };
    await this.bed.channels.apply(JSON.stringify(document));
  }

  start(): Promise<void> {
    return this.bed.channels.start(this.name);
  }

  async trouble(): Promise<string> {
    const { pipelines } = await this.bed.channels.status(this.name);
    return pipelines.map(stateLine).join('; ');
  }

  /** Deletes the channel and, when nobody uses it any more, its rows topic. */
  async remove(): Promise<void> {
    await this.bed.channels.remove(this.name);
    const group = pipelineGroup(this.name, PIPELINE);
    await removeTopic(this.bed.kafka('sh'), this.topic, this.site === 'sh' ? group : undefined);
    if (this.site === 'us') await removeTopic(this.bed.kafka('us'), this.topic, group);
  }
}

/** Lutra: selector, Kafka, loader, and for the far site MirrorMaker between two Kafkas. */
export class Lutra implements Contender {
  readonly name: string;
  private readonly bed: TestBed;
  private readonly isFar: boolean;
  private channel: LutraChannel;
  private look: TargetLook | undefined;
  private committedLook: TargetLook | undefined;
  private rows = 0;

  constructor(bed: TestBed, isFar = false) {
    this.name = isFar ? 'Lutra across MirrorMaker' : 'Lutra';
    this.bed = bed;
    this.isFar = isFar;
    this.channel = new LutraChannel(bed, isFar ? 'us' : 'sh');
  }

  get target(): Server {
    return this.channel.target;
  }

  async prepare(backlog: Backlog): Promise<void> {
    if (this.isFar) await this.bed.addFarSite();
    this.channel = new LutraChannel(this.bed, this.isFar ? 'us' : 'sh');
    await run(this.target, [`TRUNCATE ${SCHEMA}.${backlog.table}`]);
    await this.channel.create(backlog.table, backlog.start);
    this.rows = backlog.rows;
    const isOneTransaction = backlog.perTransaction === backlog.rows;
    this.look = await TargetLook.open(this.target, backlog.table, isOneTransaction);
    this.committedLook = await TargetLook.open(this.target, backlog.table);
  }

  begin(): Promise<void> {
    return this.channel.start();
  }

  /** The rows of one partition become visible in the source's order: with the last row committed, all are there. */
  async progress(): Promise<Progress> {
    const rows = (await this.look?.newest())?.id ?? 0;
    const isDone = rows === this.rows && (await this.committedLook?.newest())?.id === this.rows;
    return { rows, isDone };
  }

  trouble(): Promise<string> {
    return this.channel.trouble();
  }

  async end(): Promise<void> {
    this.look?.close();
    this.committedLook?.close();
    await this.channel.remove();
    if (this.isFar) await this.bed.removeFarSite();
  }
}

function database(site: string, { host, port }: Server, user: string, env: string): object {
  return { site, hosts: `${host}:${port}`, user, password: { env } };
}
