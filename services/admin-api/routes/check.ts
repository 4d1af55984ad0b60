import type { AdminParts, App } from '../server.ts';

export function checkRoutes(_app: App, _parts: AdminParts): void {}
