import type { ReactNode } from 'react';
import { useMedia } from '@/ui/useMedia';

/** As in devices.module.css: below this width the panel is the page, and no other heading is left. */
export function usePanelIsPage(): boolean {
  return useMedia('(max-width: 1020px)');
}

type Tag = 'h1' | 'h2' | 'h3' | 'h4';

/** What a heading of this level is called here, see `Heading`. */
export function useHeadingTag(level: 2 | 3 | 4): Tag {
  return `h${String(usePanelIsPage() ? level - 1 : level)}` as Tag;
}

/** A heading of the panel. `level` counts beside the list, whose own heading is the first. */
export function Heading(props: { level: 2 | 3 | 4; id?: string; className?: string | undefined; children: ReactNode }) {
  const { level, ...rest } = props;
  const Tag = `h${String(usePanelIsPage() ? level - 1 : level)}` as Tag;
  return <Tag {...rest} />;
}
