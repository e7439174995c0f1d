import type { SVGProps } from 'react';

export type IconNode = [element: string, attributes: Record<string, string>][];

export interface IconProps extends Pick<SVGProps<SVGSVGElement>, 'className' | 'role' | 'aria-label' | 'aria-hidden'> {
  /** Pixels. */
  size?: number;
  /** How thick its lines are, in a 24th of its size. */
  stroke?: number;
}

/**
 * One of Tabler's outline icons as the two elements that it needs: all its lines in one path, their looks in the style sheet. A screen of the list
 * shows forty of them, and drawn as the package draws them they are a third of all its elements.
 */
export function icon(parts: IconNode): (props: IconProps) => React.JSX.Element {
  const d = parts.map(([, attributes]) => attributes['d'] ?? '').join('');
  return function Icon({ size = 24, stroke, className, ...rest }) {
    return (
      <svg viewBox="0 0 24 24" width={size} height={size} className={className === undefined ? 'pk-icon' : `pk-icon ${className}`} {...rest}>
        <path d={d} strokeWidth={stroke} />
      </svg>
    );
  };
}
