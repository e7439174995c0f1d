import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError } from '@/api/client';
import { ownRuleQuery, ruleQuery } from '@/data/detections/rules';
import { EmptyState, ErrorState } from '@/ui/states';
import { draftOf, template, withoutId } from './drafts';
import { WriteForm, type Start } from './WriteForm';

/** A rule of one's own: new, or begun from the text of another. */
export function WritePage() {
  const { from } = useSearch({ from: '/app/detections/write' });
  const source = useQuery({ ...ruleQuery(from ?? ''), enabled: from !== undefined });
  const key = `new ${from ?? ''}`;
  if (from === undefined || draftOf(key) !== undefined) return <WriteForm key={key} draftKey={key} start={{ text: template, own: null }} />;
  const text = source.data?.rule.attributes.text;
  if (text !== undefined) return <WriteForm key={key} draftKey={key} start={{ text: withoutId(text), own: null }} />;
  return <Waiting error={source.error} onRetry={() => void source.refetch()} />;
}

/** The text of one's own rule, to change or delete. */
export function EditPage() {
  const { ownRuleId } = useParams({ from: '/app/detections/write/$ownRuleId' });
  const query = useQuery({ ...ownRuleQuery(ownRuleId), refetchOnWindowFocus: false });
  // What the person saw when it was opened: a change by somebody else must not slip in unseen.
  const [seen, setSeen] = useState<{ id: string; start: Start } | null>(null);
  if (query.data && !query.isFetching && seen?.id !== ownRuleId) {
    setSeen({ id: ownRuleId, start: { text: query.data.own.attributes.text, own: query.data } });
  }
  const key = `own ${ownRuleId}`;
  if (seen?.id === ownRuleId) return <WriteForm key={key} draftKey={key} start={seen.start} />;
  return <Waiting error={query.error} onRetry={() => void query.refetch()} />;
}

function Waiting({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  const navigate = useNavigate();
  useEffect(() => {
    document.title = 'Write a rule · Picket';
  }, []);
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState
        heading="h1"
        title="This rule does not exist"
        text="It was deleted, or the address is mistyped."
        action={
          <Button variant="default" onClick={() => void navigate({ to: '/detections' })}>
            Show all rules
          </Button>
        }
      />
    );
  }
  if (error) return <ErrorState heading="h1" title="The rule could not be loaded" error={error} onRetry={onRetry} />;
  return <Loader aria-label="Loading" m={64} />;
}
