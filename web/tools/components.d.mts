export function holdsComponents(path: string): boolean;
export function componentsIn(text: string): string[];
export function exportedComponents(folder: string): string[];
