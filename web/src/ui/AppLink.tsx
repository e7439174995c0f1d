import { useRouter } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

/** An address of the console with search parameters; empty ones are left out. */
export function addressOf(path: string, search: Record<string, string | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) if (value !== undefined && value !== '') query.set(key, value);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** A link into another area of the console: a plain address, followed without loading the page again. */
export function AppLink({ href, onClick, children, ...rest }: ComponentPropsWithRef<'a'> & { href: string }) {
  const router = useRouter();
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
        if (event.defaultPrevented || elsewhere) return;
        event.preventDefault();
        // Back leads elsewhere, however often somebody follows a link to where they are.
        if (router.history.location.href === href) router.history.replace(href);
        else router.history.push(href);
      }}
    >
      {children}
    </a>
  );
}
