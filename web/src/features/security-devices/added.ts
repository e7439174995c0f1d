let added: string | null = null;

/** The device just saved, so that the list can bring its row into view once. */
export function rememberAdded(id: string): void {
  added = id;
}
export function peekAdded(): string | null {
  return added;
}
export function forgetAdded(): void {
  added = null;
}
