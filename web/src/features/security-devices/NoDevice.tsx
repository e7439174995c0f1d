import { Button } from '@mantine/core';
import { EmptyState } from '@/ui/states';

/** An address names a device that is not there. `close`: what its button says. */
export function NoDevice({ heading = 'h2', close, onClose }: { heading?: 'h1' | 'h2'; close: string; onClose: () => void }) {
  return (
    <EmptyState
      heading={heading}
      title="This device does not exist"
      text="It was deleted, or the address is mistyped."
      action={
        <Button variant="default" onClick={onClose}>
          {close}
        </Button>
      }
    />
  );
}
