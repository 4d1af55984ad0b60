// The built web console: whether it is older than its sources, and putting a new one in its place. Node >= 18, no packages.
import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const folderOf = (root) => join(root, 'services', 'admin-api', 'console');

/** True when there is none, or a source of it or package-lock.json is newer. */
export function consoleIsStale(root) {
  const folder = folderOf(root);
  const page = join(folder, 'dist', 'index.html');
  if (!existsSync(page)) return true;
  const built = statSync(page).mtimeMs;
  return [join(root, 'package-lock.json'), ...sources(folder)].some((file) => statSync(file).mtimeMs > built);
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('dist') ? [] : sources(path);
    return [path];
  });
}

/** Lets `build` fill a folder and exchanges it for `dist`, so that a running server never sees half of it. False when `build` says so. */
export function putConsole(root, build) {
  const dist = join(folderOf(root), 'dist');
  const part = mkdtempSync(`${dist}-`);
  try {
    chmodSync(part, 0o755);
    if (!build(part)) return false;
    rmSync(dist, { recursive: true, force: true });
    renameSync(part, dist);
    return true;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
