/** The browser's own download: it streams to the disk, however long it is. Without a name it is called what the server calls it. */
export function saveFrom(path: string, name = ''): void {
  const link = document.createElement('a');
  link.href = path;
  link.download = name;
  link.click();
}
