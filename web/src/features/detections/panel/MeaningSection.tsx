import type { ReactNode } from 'react';
import type { DetectionRule } from '@/api/types';
import type { GlossaryKey } from '@/glossary';
import { AppLink } from '@/ui/AppLink';
import { Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { costText, inOrder, originWords, sourceOf, tacticName } from '../words';
import { Section } from './Section';
import classes from './panel.module.css';

const ruleAddress = (id: string): string => `/detections/${encodeURIComponent(id)}`;
const isWeb = (text: string): boolean => /^https?:\/\/\S+$/i.test(text);

/** Where a rule came from that cannot be read: of what it would do nothing can be said. */
export function OriginSection({ rule }: { rule: DetectionRule }) {
  return (
    <Section title="Origin">
      <p>
        <Origin rule={rule} />
      </p>
    </Section>
  );
}

/** What the rule is for and what it looks at, in words. */
export function MeaningSection({ rule, loading }: { rule: DetectionRule; loading: boolean }) {
  const { attributes } = rule;
  const { words, description, inputs = [], used_by: usedBy = [] } = attributes;
  return (
    <Section title="What it means">
      {paragraphs(description ?? '').map((text, index) => (
        <p key={index} className={classes['prose']}>
          {text}
        </p>
      ))}
      {words !== undefined && words !== '' ? <p className={classes['words']}>{words}</p> : loading && <Skeleton width="90%" height={16} />}
      <dl className={classes['facts']}>
        <Fact term="log_source">{sourceOf(rule) || <span className="pk-muted">any</span>}</Fact>
        {attributes.filters.length > 0 && (
          <Fact term="rule_filters">
            <ul className={classes['plainList']}>
              {attributes.filters.map((filter) => (
                <li key={`${filter.own_rule_id ?? filter.file ?? ''}:${String(filter.line)}`}>
                  <Filter filter={filter} />
                </li>
              ))}
            </ul>
          </Fact>
        )}
        {attributes.tactics.length > 0 && <Fact term="tactic">{inOrder(attributes.tactics).map(tacticName).join(', ')}</Fact>}
        {attributes.techniques.length > 0 && <Fact term="technique"><Techniques of={attributes.techniques} /></Fact>}
        {attributes.falsepositives.length > 0 && (
          <Fact term="false_positives">
            <ul className={classes['plainList']}>
              {attributes.falsepositives.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </Fact>
        )}
        <Fact term="rule_alerts" title="A match">
          {attributes.alerts ? alertsWords(rule) : usedBy.length > 0 ? 'is counted for other rules' : 'is only counted'}
        </Fact>
        {inputs.length > 0 && (
          <Fact term="correlation">
            Looks at matches of <Refs of={inputs} />
          </Fact>
        )}
        {usedBy.length > 0 && (
          <Fact title="Used by">
            <Refs of={usedBy} />
          </Fact>
        )}
        <Fact term="rule_cost" title="Cost">
          {attributes.cost_ns_per_event !== null
            ? `${costText(attributes.cost_ns_per_event)} an event`
            : attributes.kind === 'correlation'
              ? 'none of its own: it looks at matches only'
              : 'not measured yet'}
        </Fact>
        <Fact term="rule_origin">
          <Origin rule={rule} />
        </Fact>
        {attributes.author !== null && <Fact title="Author">{attributes.author}</Fact>}
        {attributes.references.length > 0 && (
          <Fact title="References">
            <ul className={classes['plainList']}>
              {attributes.references.map((one) => (
                <li key={one}>
                  {isWeb(one) ? (
                    <a href={one} target="_blank" rel="noreferrer noopener">
                      {one}
                    </a>
                  ) : (
                    one
                  )}
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
    </Section>
  );
}

/** An empty line divides; the other ends of lines are where the file's author had no more room. A list keeps its lines. */
const paragraphs = (text: string): string[] => text.split(/\n\s*\n/).map((one) => one.trim().replace(/\n(?!\s*[-*] )\s*/g, ' ')).filter(Boolean);

/** What a match does, or will do: the state above it says from when on. */
function alertsWords({ attributes: { state } }: DetectionRule): string {
  if (state === 'new') return 'will raise an alert when the rule is no longer new';
  return state === 'off' ? 'raises an alert when the rule is on' : 'raises an alert';
}

/** Each by its number at MITRE, where it is explained: T1567, T1098.003. */
function Techniques({ of }: { of: readonly string[] }) {
  return of.map((id, index) => (
    <span key={id}>
      {index > 0 && ', '}
      {/^T\d+(\.\d+)?$/i.test(id) ? (
        <a href={`https://attack.mitre.org/techniques/${id.toUpperCase().replace('.', '/')}/`} target="_blank" rel="noreferrer noopener">
          {id}
        </a>
      ) : (
        id
      )}
    </span>
  ));
}

function Origin({ rule }: { rule: DetectionRule }) {
  const { origin, file, updated_at: changed } = rule.attributes;
  return (
    <>
      {originWords[origin]}
      {file !== null && <code className={classes['file']}>{file}</code>}
      {/* Of one that came with Picket it is when this installation met it. */}
      {changed !== null && origin !== 'shipped' && (
        <span className="pk-muted">
          {' '}
          changed <Ago time={changed} />
        </span>
      )}
    </>
  );
}

/** One written here leads to its text; one in a folder says where it stands. */
function Filter({ filter: { title, own_rule_id: own, file, line } }: { filter: DetectionRule['attributes']['filters'][number] }) {
  if (own !== null) return <AppLink href={`/detections/write/${encodeURIComponent(own)}`}>{title}</AppLink>;
  return (
    <>
      <bdi>{title}</bdi>
      {file !== null && <code className={classes['file']}>{`${file}, line ${String(line)}`}</code>}
    </>
  );
}

function Fact({ term, title, children }: { term?: GlossaryKey; title?: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term === undefined ? title : <Term of={term}>{title}</Term>}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Refs({ of }: { of: { id: string; title: string }[] }) {
  return (
    <>
      {of.map((one, index) => (
        <span key={one.id}>
          {index > 0 && ', '}
          <AppLink href={ruleAddress(one.id)}>{one.title}</AppLink>
        </span>
      ))}
    </>
  );
}
