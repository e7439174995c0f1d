import { useQuery } from '@tanstack/react-query';
import { historiesQuery } from '@/data/detections/rules';
import { ErrorState, Skeleton } from '@/ui/states';
import { Ago } from '@/ui/time';
import { count } from '@/ui/timeText';
import { Section } from './Section';
import classes from './panel.module.css';

/** Who changed the rule, when and why, newest first. */
export function HistorySection({ ruleId }: { ruleId: string }) {
  const query = useQuery(historiesQuery(ruleId));
  return (
    <Section title="History">
      {query.data ? (
        query.data.changes.length === 0 ? (
          <p className="pk-muted">Nobody has changed anything about this rule.</p>
        ) : (
          <>
            <ol className={classes['history']}>
              {query.data.changes.map(({ id, attributes }) => (
                <li key={id}>
                  <p>{attributes.sentence}</p>
                  {attributes.reason !== null && attributes.reason !== '' && !attributes.sentence.includes(attributes.reason) && <p>Reason: {attributes.reason}</p>}
                  <p className="pk-muted">
                    {attributes.actor.display_name}, <Ago time={attributes.created_at} />
                  </p>
                </li>
              ))}
            </ol>
            {query.data.total > query.data.changes.length && (
              <p className="pk-muted">The newest {count(query.data.changes.length)} of {count(query.data.total)} changes are shown.</p>
            )}
          </>
        )
      ) : query.error ? (
        <ErrorState title="The history could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={60} />
      )}
    </Section>
  );
}
