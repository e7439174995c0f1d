import { Anchor } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import type { Plugin } from '@/api/types';
import { sessionQuery } from '@/data/session/session';
import { CopyButton } from '@/ui/CopyButton';
import { Term } from '@/ui/Term';
import classes from './add.module.css';

function feedbackLink(address: string, technology: string): string | null {
  if (address.startsWith('mailto:')) {
    const join = address.includes('?') ? '&' : '?';
    return `${address}${join}subject=${encodeURIComponent(`Setup guide for ${technology}`)}`;
  }
  return address.startsWith('https://') ? address : null;
}

/** What to do at the vendor's side, beside the form. */
export function Guide({ plugin }: { plugin: Plugin }) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { guide } = plugin.attributes.device_spec_json;
  const addresses = session?.server.egress_addresses ?? [];
  const address = session?.server.feedback_address ?? null;
  const feedback = address === null ? null : feedbackLink(address, plugin.attributes.display_name);
  return (
    <section className={classes.guide} aria-labelledby="guide-title">
      <h2 id="guide-title">{guide?.title ?? `Prepare ${plugin.attributes.display_name}`}</h2>
      {(guide?.before ?? []).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {guide?.steps && (
        <ol className={classes.steps}>
          {guide.steps.map((step) => (
            <li key={step.text}>
              {step.text}
              {step.items && step.items.length > 0 && (
                <ul>
                  {step.items.map((item) => (
                    <li key={item}>{item}</li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ol>
      )}
      <h3>
        <Term of="egress_addresses">IP addresses that Picket calls from</Term>
      </h3>
      {addresses.length === 0 ? (
        <p className="pk-muted">
          None are set. If your vendor lets in known addresses only, an administrator of this server must set
          egress_addresses in its configuration.
        </p>
      ) : (
        <ul className={classes.addresses}>
          {addresses.map((address) => (
            <li key={address}>
              <span className="pk-mono">{address}</span>
              <CopyButton text={address} what={address} />
            </li>
          ))}
          {addresses.length > 1 && (
            <li>
              <span className="pk-muted">All {addresses.length}</span>
              <CopyButton text={addresses.join('\n')} what="all addresses" />
            </li>
          )}
        </ul>
      )}
      {feedback !== null && (
        <p>
          <Anchor href={feedback} target="_blank" rel="noreferrer" size="sm">
            Something outdated here? Tell us
          </Anchor>
        </p>
      )}
    </section>
  );
}
