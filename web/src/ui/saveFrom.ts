function clickLink(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

/** The browser's own download: it streams to the disk, however long it is. Without a name it is called what the server calls it. */
export function saveFrom(path: string, name = ''): void {
  clickLink(path, name);
}

/** Browsers do not say when they have taken the text; none needs longer to begin. */
const keptMs = 10_000;

/** Saves a text that the console itself has, as UTF-8. */
export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  clickLink(url, name);
  window.setTimeout(() => {
    URL.revokeObjectURL(url);
  }, keptMs);
}
