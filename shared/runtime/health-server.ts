import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Answers GET /health (200 while the process lives) and GET /metrics (Prometheus text) for processes that have no API of their own. */
export class HealthServer {
  readonly metrics = new Registry();
  private server: Server | undefined;

  /** Resolves when it listens; port 0 listens nowhere. Errors: the system's, naming the port (EADDRINUSE). */
  async listen(host: string, port: number): Promise<void> {
    collectDefaultMetrics({ register: this.metrics });
    if (port === 0) return;
    const server = createServer((request, response) => {
      if (request.url === '/health') response.end('{"status":"ok"}\n');
      else if (request.url === '/metrics') void this.metrics.metrics().then((text) => response.end(text));
      else response.writeHead(404).end('GET /health or /metrics\n');
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
  }

  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }
}
