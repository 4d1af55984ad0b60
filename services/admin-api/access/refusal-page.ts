import { createHash } from 'node:crypto';
import type { ApiError } from '../api-error.ts';

const STYLE =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:36rem;margin:15vh auto;padding:0 1.5rem}h1{font-size:1.3rem}small{opacity:.7}';

/** The page policy of this page: nothing but its own style. */
export const REFUSAL_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A refusal for people whose browser was sent here by another site, so that no page of the console is there to show it. */
export function refusalPage({ code, message, remedy }: ApiError): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lutra: log-in refused</title><style>${STYLE}</style></head>
<body><main><h1>You are not logged in</h1><p>${escaped(message)}.</p><p>What to do: ${escaped(remedy)}.</p><p><a href="/">To the log-in page</a></p><p><small>${escaped(code)}</small></p></main></body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
