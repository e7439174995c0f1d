import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';
import { deleteOwnRule } from '@/data/detections/changes';
import type { OwnRuleWithEtag } from '@/data/detections/rules';
import { announce, quoted } from '@/ui/announce';
import classes from './write.module.css';

/** Says what is lost and what is kept before a rule is deleted. */
export function DeleteOwn({ seen, onClose }: { seen: OwnRuleWithEtag; onClose: (deleted: boolean) => void }) {
  const client = useQueryClient();
  const { titles } = seen.own.attributes;
  const name = titles.length === 1 ? quoted(titles[0] ?? '') : `these ${String(titles.length)} rules`;
  const remove = useMutation({
    mutationFn: () => deleteOwnRule(client, seen.own.id, seen.etag),
    onSuccess: () => {
      announce(titles.length === 1 ? `${name} was deleted.` : `${String(titles.length)} rules were deleted.`);
      onClose(true);
    },
  });
  const stale = remove.error instanceof ApiError && remove.error.status === 412;
  return (
    <Modal
      opened
      onClose={() => { onClose(false); }}
      title={`Delete ${name}?`}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes['dialog']}>
        {titles.length > 1 && (
          <ul>
            {titles.map((title) => (
              <li key={title}>{title}</li>
            ))}
          </ul>
        )}
        <p>
          <strong>Lost:</strong> {titles.length === 1 ? 'the rule, and everything that it would match from now on.' : 'the rules, and everything that they would match from now on.'}
        </p>
        <p>
          <strong>Kept:</strong> the events, and the matches, alerts and history there are.
        </p>
        {remove.error && (
          <p role="alert" className={classes['complaint']}>
            {stale ? 'Somebody changed this rule in the meantime, and nothing was deleted. Close this, read what it says now, and decide again.' : remove.error.message}
          </p>
        )}
        <div className={classes['buttons']}>
          <Button variant="default" data-autofocus onClick={() => { onClose(false); }}>
            Keep
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => { remove.mutate(); }}>
            Delete
          </Button>
        </div>
      </div>
    </Modal>
  );
}
