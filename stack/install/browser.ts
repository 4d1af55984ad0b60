/** Chromium for the tests of the web console, from Debian's stable suite, with fonts of its own so that pictures are alike everywhere. */
import { chmodSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../report.ts';
import { STABLE_SUITE } from '../versions.ts';
import { ensureFolder, withLock } from './cache.ts';
import { unpackPackages } from './debian.ts';

export type Browser = { readonly executable: string; readonly env: Readonly<Record<string, string>> };

const FOLDER = 'chromium';
const PACKAGES = ['chromium', 'fonts-roboto-unhinted', 'fonts-dejavu-core', 'fonts-wqy-microhei'];
/** NOTE Chromium starts itself again from /proc/self/exe, so it cannot run under a loader of its own as the servers do: it runs under the host's. */
const OF_THE_HOST = ['libc', 'libm', 'libdl', 'librt', 'libpthread', 'libresolv', 'libutil', 'ld-linux-x86-64'];

/** Installs the browser when it is not there. */
export async function installBrowser(cache: string, report: Report): Promise<Browser> {
  const root = join(cache, FOLDER);
  await withLock(cache, report, () =>
    ensureFolder(root, report, async (part) => {
      await unpackPackages(part, { suite: STABLE_SUITE, install: PACKAGES }, 'Chromium');
      for (const file of globSync(
        OF_THE_HOST.map((name) => `{usr/,}lib{,64}/**/${name}{.so*,-*.so}`),
        { cwd: part },
      )) {
        rmSync(join(part, file), { force: true });
      }
      chmodSync(join(part, 'usr/lib/chromium/chromium'), 0o755);
    }),
  );
  return { executable: join(root, 'usr/lib/chromium/chromium'), env: environment(root) };
}

function environment(root: string): Record<string, string> {
  const folders = globSync('{usr/,}lib/*-linux-gnu', { cwd: root }).map((folder) => join(root, folder));
  return {
    LD_LIBRARY_PATH: [...folders, ...folders.map((folder) => join(folder, 'pulseaudio'))].join(':'),
    FONTCONFIG_FILE: fontSettings(root),
  };
}

/** What the page or the browser asks for and is not there. */
const ELSE =
  '<match target="pattern"><edit name="family" mode="append_last" binding="same"><string>Roboto</string></edit></match>';

function fontSettings(root: string): string {
  const file = join(root, 'fonts.conf');
  const cached = join(root, 'font-cache');
  mkdirSync(cached, { recursive: true });
  const prefer = (family: string, ...fonts: string[]): string =>
    `<alias binding="same"><family>${family}</family><prefer>${fonts.map((font) => `<family>${font}</family>`).join('')}</prefer></alias>`;
  const families = [
    prefer('system-ui', 'Roboto', 'WenQuanYi Micro Hei'),
    prefer('sans-serif', 'Roboto', 'WenQuanYi Micro Hei'),
    prefer('monospace', 'DejaVu Sans Mono', 'WenQuanYi Micro Hei Mono'),
  ];
  const settings = `<dir>${join(root, 'usr/share/fonts')}</dir><cachedir>${cached}</cachedir>${ELSE}${families.join('')}`;
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${settings}</fontconfig>`,
  );
  return file;
}
