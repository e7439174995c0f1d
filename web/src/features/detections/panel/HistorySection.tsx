import { useQuery } from '@tanstack/react-query';
import { historiesQuery } from '@/data/detections/rules';
import { ChangeIcon } from '@/ui/ChangeIcon';
import { Skeleton } from '@/ui/states';
import { Ago } from '@/ui/time';
import { count } from '@/ui/timeText';
import { PartFailed } from './PartFailed';
import { Section } from './Section';
import line from '@/ui/timeline.module.css';

/** Which sign of the timeline a change of a rule has: as a device that stops or goes on, is new or edited. */
const signs: Record<string, { kind?: string; level?: string }> = {
  created: { kind: 'created' },
  back: { kind: 'created' },
  gone: { kind: 'deleted' },
  text: { kind: 'settings' },
  filters: { kind: 'settings' },
  own: { kind: 'settings' },
  enabled: { level: 'ok' },
  disabled: { level: 'paused' },
};

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
            <p className="pk-muted">
              {query.data.total > query.data.changes.length
                ? `The newest ${count(query.data.changes.length)} of ${count(query.data.total)} changes, newest first.`
                : 'Every change, newest first.'}
            </p>
            <ol className={line['timeline']}>
              {query.data.changes.map(({ id, attributes }) => {
                const { kind, level = '' } = signs[attributes.kind] ?? {};
                return (
                  <li key={id} className={line['entry']}>
                    <span className={line['entryIcon']} data-level={level}>
                      <ChangeIcon kind={kind} level={level} />
                    </span>
                    <div className={line['entryBody']}>
                      <p>{attributes.sentence}</p>
                      {attributes.reason !== null && attributes.reason !== '' && !attributes.sentence.includes(attributes.reason) && <p>Reason: {attributes.reason}</p>}
                      <p className="pk-muted">
                        {attributes.actor.display_name}, <Ago time={attributes.created_at} />
                      </p>
                    </div>
                  </li>
                );
              })}
            </ol>
          </>
        )
      ) : query.error ? (
        <PartFailed what="The history" error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={60} />
      )}
    </Section>
  );
}
