/** What a person calls the thing that a sign-in was made with, read out of the user agent it sent. Foreign text: only ever shown. */

const browsers: [RegExp, string][] = [
  [/\b(?:Edg|EdgA|EdgiOS)\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b|\bMac OS X\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];
const longest = 40;

const first = (list: [RegExp, string][], agent: string): string | null => list.find(([pattern]) => pattern.test(agent))?.[1] ?? null;

/** "Chrome on Linux"; "API client, curl"; "API client" where nothing is told. */
export function deviceName(agent: string | null, kind: 'browser' | 'api'): string {
  const text = agent?.trim() ?? '';
  const browser = first(browsers, text);
  if (browser !== null) {
    const system = first(systems, text);
    return system === null ? browser : `${browser} on ${system}`;
  }
  // Programs put their name in front: "curl/8.5.0", "python-requests/2.31".
  const program = /^[^\s/;(]+/.exec(text)?.[0].slice(0, longest) ?? '';
  const named = program === '' || /^mozilla$/i.test(program) ? '' : program;
  if (kind === 'api') return named === '' ? 'API client' : `API client, ${named}`;
  return named === '' ? 'Unknown browser' : named;
}
