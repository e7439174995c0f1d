import type { Plugin } from '@/api/types';
import { IconPlugConnected } from '@/ui/icons';

interface TechnologyLogoProps {
  plugin: Plugin | undefined;
  /** Pixels. */
  size?: number;
  className?: string | undefined;
}

/** The mark of a technology; its name always stands beside it. */
export function TechnologyLogo({ plugin, size = 32, className }: TechnologyLogoProps) {
  const url = plugin?.attributes.logo_image_url;
  // Only from our own server: the content policy lets nothing else in, and no vendor learns who looks.
  if (url?.startsWith('/')) return <img src={url} alt="" width={size} height={size} className={className} />;
  return <IconPlugConnected size={size} stroke={1.4} aria-hidden className={className} />;
}
