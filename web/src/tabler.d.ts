declare module '@tabler/icons-react/dist/esm/icons/*.mjs' {
  import type { IconNode } from '@/ui/icon';
  export const __iconNode: IconNode;
}
