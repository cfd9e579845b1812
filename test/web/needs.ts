/** What the browser tests need beside npm's packages: Chromium and a Chinese font. Installed where that is possible, else said loudly. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PACKAGES = { chromium: 'chromium', font: 'fonts-noto-cjk' } as const;

/** The browser's file; `TUODI_CHROMIUM` names another. null: there is none. */
export const chromiumFile = (): string | null =>
  [process.env.TUODI_CHROMIUM ?? '', ...PLACES].find((file) => file !== '' && existsSync(file)) ?? null;

const hasChineseFont = (): boolean => {
  const { status, stdout } = spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' });
  return status === 0 && stdout.trim() !== '';
};

/** Throws, with the command that mends it, where something is missing and can't be installed. */
export function ensureNeeds(): void {
  const missing = () => [...(chromiumFile() ? [] : [PACKAGES.chromium]), ...(hasChineseFont() ? [] : [PACKAGES.font])];
  const packages = missing();
  if (packages.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')} fontconfig`;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error(`The browser tests need ${packages.join(' and ')}: ${command}`);
    execFileSync('sh', ['-c', `apt-get update -q && DEBIAN_FRONTEND=noninteractive ${command}`], { stdio: 'inherit' });
  }
  const still = missing();
  if (still.length > 0)
    throw new Error(
      `THE BROWSER TESTS DID NOT RUN: ${still.join(' and ')} is missing. As root: ${command}. Another browser: TUODI_CHROMIUM=<file>.`,
    );
}
