import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { type Stage, type Stall, StallWatch, stallReason } from '../../shared/runtime/stall-watch.ts';
import type { Applier } from './applier.ts';
import type { Halt } from './lane-view.ts';
import type { RecordReader } from './record-reader.ts';
import type { StatusBoard } from './status-board.ts';
import type { TargetSession } from './target-session.ts';

export type LaneWatchParts = {
  readonly partition: AssignedPartition;
  readonly board: StatusBoard;
  /** `sh.order` */
  readonly source: string;
  /** `database otter at host:port` */
  readonly target: () => string;
  readonly log: Logger;
};

/** What a lane has at hand; without reader and applier it is still about to begin. */
export type LaneWork = {
  readonly session?: TargetSession;
  readonly reader?: RecordReader;
  readonly applier?: Applier;
};

const LOOK_MS = 1_000;
const COMMIT_LIMIT_MS = 60_000;
const START_LIMIT_MS = 30_000;
const SILENCE_LIMIT_MS = 12_000;
/** A target that works at something is never disturbed; one that knows nothing of it is connected to anew. */
const ASK_TARGET_AFTER_MS = 30_000;
const FETCH_ANEW_AFTER_MS = 60_000;

/**
 * Looks once a second whether a lane gets on. A stage that stands still for 10 s while work waits is the state `stalled` of its pipeline, by name, until
 * it gets on. It begins again by itself where that is safe: a fetch that brings nothing although the topic holds more, a connection whose target has forgotten it.
 */
export class LaneWatch {
  /** Undefined while the lane waits and says itself why. */
  work: LaneWork | undefined;
  /** The lane waits for something that it has named. */
  isTold = false;
  /** Heartbeats come once a second, so silence means something. */
  hasBeats = false;
  private readonly parts: LaneWatchParts;
  private readonly stalls = new StallWatch();
  private readonly silence = new StallWatch();
  private shown: string | undefined;
  private healedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(parts: LaneWatchParts) {
    this.parts = parts;
  }

  begin(): void {
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  end(): void {
    clearInterval(this.timer);
  }

  /** The lane has ended its work, or waits after an error. */
  rest(): void {
    this.work = undefined;
    this.isTold = false;
  }

  /** While somebody else is waited for, and the status says so. */
  async whileTold<T>(waiting: Promise<T>): Promise<T> {
    this.isTold = true;
    return waiting.finally(() => {
      this.isTold = false;
    });
  }

  private look(): void {
    const stall = this.stalls.look(this.stages());
    const silence = this.silence.look([this.arrival()]);
    const halt =
      stall === undefined ? silence && this.silent(silence) : { state: 'stalled' as const, reason: stallReason(stall) };
    this.show(halt);
    if (stall !== undefined) this.heal(stall);
  }

  private show(halt: Halt | undefined): void {
    const { board, partition, log } = this.parts;
    board.laneHalts(partition.partition, halt);
    const text = halt && `${halt.state} ${halt.reason.message}`;
    if (text === this.shown) return;
    this.shown = text;
    if (halt === undefined) log.info('the lane gets on again');
    else log.warn({ code: halt.reason.code, remedy: halt.reason.remedy }, halt.reason.message);
  }

  /** What is nearest to the target first: it is what holds up the others. */
  private stages(): Stage[] {
    const { session, reader, applier } = this.work ?? {};
    const { partition } = this.parts;
    const target = this.parts.target();
    const isAtWork = this.work !== undefined && !this.isTold;
    if (reader === undefined || applier === undefined || session === undefined) {
      const waitsFor = `${target} and Kafka to tell where to begin`;
      const progress = session?.exchanged ?? 0;
      return [{ name: 'start', isDue: isAtWork, progress, waitsFor, limitMs: START_LIMIT_MS }];
    }
    const { isBusy } = applier;
    const isCrossing = reader.statement !== undefined && !isBusy;
    const limitMs = session.isCommitting ? COMMIT_LIMIT_MS : undefined;
    return [
      {
        name: 'apply',
        isDue: isBusy,
        progress: session.exchanged,
        waitsFor: `${target} to answer`,
        ...(limitMs && { limitMs }),
      },
      {
        name: 'statement',
        isDue: isAtWork && isCrossing,
        progress: 0,
        waitsFor: `${target} to take the stream over a statement`,
      },
      {
        name: 'read',
        isDue: reader.isReading,
        progress: reader.loads,
        waitsFor: `the schema registry, or ${target}, to describe a table`,
      },
      {
        name: 'fetch',
        isDue: isAtWork && !isBusy && !isCrossing && !partition.hasRecords && partition.isBehind,
        progress: partition.fetches,
        waitsFor: `Kafka to give records of partition ${partition.partition} of ${partition.topic}`,
      },
    ];
  }

  private arrival(): Stage {
    const { partition } = this.parts;
    const isDue = this.hasBeats && !this.isTold && this.work?.reader !== undefined;
    return { name: 'arrival', isDue, progress: partition.fetches, waitsFor: '', limitMs: SILENCE_LIMIT_MS };
  }

  private silent({ since }: Stall): Halt {
    const { source } = this.parts;
    return {
      state: 'waiting',
      reason: {
        code: 'STREAM_SILENT',
        message: `neither a row nor a heartbeat of ${source} has come since ${new Date(since).toISOString().slice(0, 19)}Z`,
        remedy: `look at the selector of ${source}, then at the MirrorMaker of this site; it goes on by itself`,
      },
    };
  }

  private heal({ stage, ms }: Stall): void {
    const now = performance.now();
    const { partition, log } = this.parts;
    if (stage === 'fetch' && ms > FETCH_ANEW_AFTER_MS) partition.beginAnew();
    if (stage !== 'apply' || ms < ASK_TARGET_AFTER_MS || now - this.healedAt < ASK_TARGET_AFTER_MS) return;
    this.healedAt = now;
    this.work?.session?.severIfForgotten().then(
      (isSevered) =>
        isSevered &&
        log.warn('the target knows nothing of the open transaction; it is applied again on a new connection'),
      (error: unknown) => log.warn({ err: error }, 'the target cannot be asked about its connection'),
    );
  }
}
