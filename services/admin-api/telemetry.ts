import type { FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { pipelineStateSchema } from '../../shared/model/status.ts';
import { pipelineView } from './pipeline-status.ts';
import type { AdminParts } from './server.ts';

const STATES = [...pipelineStateSchema.options, 'lost'] as const;

/** Metrics of the admin API; its names and labels stand here only. */
export class Telemetry {
  readonly registry = new Registry();
  private readonly requests: Histogram<'method' | 'route' | 'status'>;

  constructor(parts: AdminParts) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: 'lutra_admin_request_seconds',
      help: 'Time to answer a request.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    });
    new Gauge({
      name: 'lutra_admin_kafka_up',
      help: '1 while Kafka answers.',
      registers,
      collect() {
        this.set(parts.channels.trouble === undefined ? 1 : 0);
      },
    });
    new Gauge({
      name: 'lutra_pipelines',
      help: 'Pipelines by state.',
      labelNames: ['state'],
      registers,
      collect() {
        const counts = countStates(parts);
        for (const state of STATES) this.set({ state }, counts.get(state) ?? 0);
      },
    });
  }

  answered(request: FastifyRequest, reply: FastifyReply): void {
    const route = request.routeOptions.url ?? 'unknown';
    this.requests.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  }
}

function countStates({ channels, statuses }: AdminParts): Map<string, number> {
  const counts = new Map<string, number>();
  if (channels.trouble !== undefined) return counts;
  for (const channel of channels.all().values()) {
    for (const pipeline of channel.pipelines) {
      const { state } = pipelineView(channel, pipeline, statuses.of(channel, pipeline), Date.now());
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
  }
  return counts;
}
