import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { UserSession } from '@/api/types';
import { endSignIns, signInsQuery } from '@/data/account/account';
import { deviceName } from '@/data/account/device';
import { announce } from '@/ui/announce';
import { IconDeviceDesktop, IconTerminal2 } from '@/ui/icons';
import { Callout, ErrorState, Skeleton } from '@/ui/states';
import { Ago } from '@/ui/time';
import { count } from '@/ui/timeText';
import classes from './profile.module.css';

const nameOf = ({ attributes }: UserSession): string => deviceName(attributes.user_agent, attributes.kind);

/** Where one is signed in; any of it can be ended. */
export function SignIns() {
  const query = useQuery(signInsQuery);
  const [ending, setEnding] = useState<UserSession[] | null>(null);
  const list = query.data ?? [];
  const others = list.filter((one) => !one.attributes.current);
  return (
    <section className={classes['card']} aria-labelledby="sign-ins-title">
      <div className={classes['cardHead']}>
        <h2 id="sign-ins-title">Sign-ins</h2>
        {others.length > 0 && (
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              setEnding(others);
            }}
          >
            End all others
          </Button>
        )}
      </div>
      <p className="pk-muted">Every browser and program that is signed in as you. End what you do not know, then change your password.</p>
      {query.error && !query.data ? (
        <ErrorState title="The sign-ins could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <div className={classes['waiting']} aria-busy="true">
          <Skeleton height={44} />
          <Skeleton height={44} />
        </div>
      ) : (
        <ul className={classes['signIns']}>
          {list.map((one) => (
            <Row
              key={one.id}
              signIn={one}
              onEnd={() => {
                setEnding([one]);
              }}
            />
          ))}
        </ul>
      )}
      {ending && (
        <EndDialog
          signIns={ending}
          onClose={() => {
            setEnding(null);
          }}
        />
      )}
    </section>
  );
}

function Row({ signIn, onEnd }: { signIn: UserSession; onEnd: () => void }) {
  const { attributes } = signIn;
  const name = nameOf(signIn);
  const Icon = attributes.kind === 'api' ? IconTerminal2 : IconDeviceDesktop;
  return (
    <li>
      <Icon size={20} aria-hidden className={classes['signInIcon']} />
      <div className={classes['signInBody']}>
        <p className={classes['signInName']} title={attributes.user_agent ?? undefined}>
          <bdi>{name}</bdi>
          {attributes.current && <span className={classes['current']}>This one</span>}
        </p>
        {/* Each time has the room of the longest: the one that changes moves none of the others. */}
        <p className={classes['signInTimes']}>
          {attributes.client_address !== null && <span className={classes['signInFrom']}>{attributes.client_address}</span>}
          <span>
            signed in <Ago time={attributes.created_at} />
          </span>
          <span>
            ends <Ago time={attributes.expires_at} />
          </span>
          {attributes.current ? (
            <span>in use now</span>
          ) : (
            <span>
              used <Ago time={attributes.last_used_at} />
            </span>
          )}
        </p>
      </div>
      {!attributes.current && (
        <Button variant="default" size="xs" aria-label={`End the sign-in of ${name}`} onClick={onEnd}>
          End
        </Button>
      )}
    </li>
  );
}

function EndDialog({ signIns, onClose }: { signIns: UserSession[]; onClose: () => void }) {
  const client = useQueryClient();
  const [only] = signIns;
  const several = signIns.length > 1;
  const end = useMutation({
    mutationFn: () => endSignIns(client, signIns.map((one) => one.id)),
    onSuccess: () => {
      announce(several ? `${count(signIns.length)} sign-ins were ended.` : `The sign-in of ${only ? nameOf(only) : 'it'} was ended.`);
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={several ? `End ${count(signIns.length)} other sign-ins?` : `End the sign-in of ${only ? nameOf(only) : 'it'}?`}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes['dialogText']}>
        <p>
          {several ? 'They are signed out at once, and what was' : 'It is signed out at once, and what was'} typed there and not saved may be lost. To go on, one
          has to sign in again. This cannot be undone.
        </p>
        {end.error && (
          <Callout tone="bad" role="alert">
            {end.error.message}
          </Callout>
        )}
      </div>
      <div className={classes['buttons']}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {several ? 'Keep them' : 'Keep it'}
        </Button>
        <Button
          color="red"
          loading={end.isPending}
          onClick={() => {
            end.mutate();
          }}
        >
          {several ? 'End them' : 'End it'}
        </Button>
      </div>
    </Modal>
  );
}
