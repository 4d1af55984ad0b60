import { createTransport } from 'nodemailer';

/** `url`: smtp://user:password@host:587 or smtps://…; `from`: the sender. */
export type MailSettings = { readonly url: string; readonly from: string };

const ANSWER_LIMIT_MS = 10_000;

/** Sends one message over a connection of its own. Errors: why not, without the password. */
export async function sendMail(
  settings: MailSettings | undefined,
  message: { readonly to: string; readonly subject: string; readonly text: string },
): Promise<void> {
  if (settings === undefined) throw new Error('no mail server is set: LUTRA_SMTP_URL is empty');
  const limits = {
    connectionTimeout: ANSWER_LIMIT_MS,
    greetingTimeout: ANSWER_LIMIT_MS,
    socketTimeout: ANSWER_LIMIT_MS,
  };
  const transport = createTransport({ url: settings.url, ...limits }, { from: settings.from });
  try {
    await transport.sendMail(message);
  } finally {
    transport.close();
  }
}
