import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export type WebhookNotice = {
  readonly event: string;
  readonly text: string;
  readonly alarm: { readonly id: string; readonly subject: string };
};

/** A webhook of its own. `status` is what it answers. */
export class WebhookListener implements AsyncDisposable {
  readonly notices: WebhookNotice[] = [];
  status = 200;
  private readonly server = createServer(async (request, response) => {
    const body = await text(request);
    if (this.status === 200) this.notices.push(JSON.parse(body) as WebhookNotice);
    response.writeHead(this.status).end();
  });

  static async open(): Promise<WebhookListener> {
    const listener = new WebhookListener();
    listener.server.listen(0, '127.0.0.1');
    await once(listener.server, 'listening');
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook?token=secret`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A mail server of its own that takes every message. */
export class Mailbox implements AsyncDisposable {
  readonly messages: { readonly to: readonly string[]; readonly source: string }[] = [];
  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      void text(stream).then((source) => {
        this.messages.push({ to: session.envelope.rcptTo.map(({ address }) => address), source });
        done();
      });
    },
  });

  static async open(): Promise<Mailbox> {
    const mailbox = new Mailbox();
    const listening = Promise.withResolvers<void>();
    mailbox.server.listen(0, '127.0.0.1', listening.resolve);
    await listening.promise;
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
