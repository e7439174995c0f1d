import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { FactorOffer } from '@/api/types';
import { beginFactor, confirmFactor } from '@/data/account/account';
import { CopyButton } from '@/ui/CopyButton';
import { IconAlertOctagon, IconAlertTriangle } from '@/ui/icons';
import { Callout } from '@/ui/states';
import { useClockText } from '@/ui/time';
import { span } from '@/ui/timeText';
import { type Proof, ProofFields } from './ProofFields';
import { RecoveryCodes } from './RecoveryCodes';
import classes from './profile.module.css';

/** The second factor, and the three steps to another one. */
export function FactorSection({ email }: { email: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <section className={classes['card']} aria-labelledby="factor-title">
      <div className={classes['cardHead']}>
        <h2 id="factor-title">Second factor</h2>
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            setOpened(true);
          }}
        >
          Renew second factor
        </Button>
      </div>
      <p className="pk-muted">
        For another phone or authenticator app, or when your recovery codes run out. The old one works until the new one is confirmed.
      </p>
      {opened && (
        <FactorDialog
          email={email}
          onClose={() => {
            setOpened(false);
          }}
        />
      )}
    </section>
  );
}

function FactorDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const [offer, setOffer] = useState<FactorOffer | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const step = codes ? 3 : offer ? 2 : 1;
  // Codes that are shown once must not vanish by a slip.
  const slip = codes === null ? onClose : () => undefined;
  return (
    <Modal
      opened
      onClose={slip}
      closeOnClickOutside={false}
      withCloseButton={codes === null}
      title="Renew second factor"
      size={460}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p className={classes['step']} role="status">
        Step {step} of 3: {['that it is you', 'the new factor', 'your recovery codes'][step - 1]}
        {/* Here, not in a notice: that would lie over this dialog. */}
        {codes && '. The new second factor holds. Every other sign-in of yours has ended.'}
      </p>
      {codes ? (
        <RecoveryCodes codes={codes} email={email} onDone={onClose} />
      ) : offer ? (
        <Confirm
          offer={offer}
          onConfirmed={setCodes}
          onAgain={() => {
            setOffer(null);
          }}
        />
      ) : (
        <Begin email={email} onOffer={setOffer} />
      )}
    </Modal>
  );
}

function Begin({ email, onOffer }: { email: string; onOffer: (offer: FactorOffer) => void }) {
  const [proof, setProof] = useState<Proof>({ current_password: '', otp: '' });
  const code = useRef<HTMLInputElement>(null);
  const begin = useMutation({
    mutationFn: () => beginFactor({ ...proof, otp: proof.otp.trim() }),
    onSuccess: onOffer,
    onError: () => {
      setProof((now) => ({ ...now, otp: '' }));
      code.current?.focus();
    },
  });
  return (
    <form
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (!begin.isPending) begin.mutate();
      }}
    >
      {begin.error && (
        <Callout tone="bad" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
          {begin.error.message}
        </Callout>
      )}
      <ProofFields email={email} proof={proof} onChange={setProof} codeRef={code} autoFocus />
      <div className={classes['formButtons']}>
        <Button type="submit" loading={begin.isPending}>
          Continue
        </Button>
      </div>
    </form>
  );
}

/** In groups of four, as apps ask for it to be typed. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

function Confirm({ offer, onConfirmed, onAgain }: { offer: FactorOffer; onConfirmed: (codes: string[]) => void; onAgain: () => void }) {
  const client = useQueryClient();
  const [otp, setOtp] = useState('');
  const code = useRef<HTMLInputElement>(null);
  const left = useClockText((now) => {
    const seconds = (Date.parse(offer.expires_at) - now) / 1000;
    return seconds <= 0 ? '' : span(seconds);
  });
  useEffect(() => {
    code.current?.focus({ preventScroll: true });
  }, []);
  const confirm = useMutation({
    mutationFn: () => confirmFactor(client, otp.trim()),
    onSuccess: onConfirmed,
    onError: () => {
      code.current?.focus();
      code.current?.select();
    },
  });
  if (left === '') {
    return (
      <div className={classes['form']}>
        <Callout tone="warn" role="alert" icon={<IconAlertTriangle size={18} aria-hidden />} title="This offer has ended">
          It was good for ten minutes. Nothing was changed: your present second factor still holds.
        </Callout>
        <div className={classes['formButtons']}>
          <Button onClick={onAgain}>Begin again</Button>
        </div>
      </div>
    );
  }
  const { size, path } = offer.qr;
  return (
    <form
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (!confirm.isPending) confirm.mutate();
      }}
    >
      <p>Scan this with your authenticator app, or type the secret there. Then give the code that it shows.</p>
      <div className={classes['qrBox']}>
        {/* Black on white in both themes: not every camera reads it the other way round. */}
        <svg className={classes['qr']} viewBox={`0 0 ${String(size)} ${String(size)}`} role="img" aria-label="QR code of the new second factor" shapeRendering="crispEdges">
          <path d={path} fill="#000" />
        </svg>
      </div>
      <div className={classes['secret']}>
        <span className="pk-muted">Secret</span>
        <code className="pk-mono">{grouped(offer.secret)}</code>
        <CopyButton text={offer.secret} what="the secret" />
      </div>
      {confirm.error && (
        <Callout tone="bad" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
          {confirm.error.message}
        </Callout>
      )}
      <TextInput
        ref={code}
        label="Code of the new factor"
        autoComplete="one-time-code"
        inputMode="numeric"
        spellCheck={false}
        required
        withAsterisk={false}
        value={otp}
        onChange={(event) => {
          setOtp(event.currentTarget.value);
        }}
      />
      <div className={classes['formButtons']}>
        <Button type="submit" loading={confirm.isPending}>
          Confirm
        </Button>
        <span className="pk-muted pk-num">Good for {left} more</span>
      </div>
    </form>
  );
}
