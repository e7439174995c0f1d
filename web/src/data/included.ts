import type { Relationships, Resource } from '@/api/types';

/** What a to-one relationship leads to; null when it leads nowhere. */
export function relatedId(of: { relationships: Relationships }, relation: string): string | null {
  const link = of.relationships[relation];
  return link && 'data' in link && link.data !== null ? link.data.id : null;
}

/** The name of what a to-one relationship leads to, out of `included`; null when it leads nowhere or has no name. */
export function includedName(
  of: { relationships: Relationships },
  relation: string,
  included: Resource[] | undefined,
): string | null {
  const link = of.relationships[relation];
  if (!link || !('data' in link) || link.data === null) return null;
  const { type, id } = link.data;
  const attributes = included?.find((item) => item.type === type && item.id === id)?.attributes;
  const name = attributes?.['display_name'] ?? attributes?.['name'];
  return typeof name === 'string' ? name : null;
}
