/** What the app takes from outside: time, chance, storage of the browser. Over plain http much of a browser is missing; nothing here needs it. */

export const now = (): number => Date.now();

/** Calls `work` once; the answer cancels it. */
export function after(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

/** Calls `work` again and again; the answer ends it. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

/** 128 random bits as hexadecimal digits: `crypto.randomUUID` is missing over plain http. */
export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const PREFIX = 'tuodi.';
/** A small setting of this browser; null where there is none, or where storage is refused. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // blocked by the browser's settings
  }
}
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Refused or full: the setting holds until the page is closed.
  }
}

/** Whether the text is on the clipboard now. Over plain http there is no `navigator.clipboard`: a selection is copied instead. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard)
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copySelected(text),
    );
  return copySelected(text);
}
function copySelected(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'vh';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}

/** Where the app is: the folder that its pages are under, without a slash at the end. The server says it in `<base>`. */
export const BASE = new URL(document.baseURI).pathname.replace(/\/$/, '');
export const isPlain = location.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
