import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { serverNow } from '@/api/clock';
import type { Device } from '@/api/types';
import { brokenRulesQuery } from '@/data/detections/broken';
import { pluginsQuery } from '@/data/plugins/plugins';
import { AppLink } from '@/ui/AppLink';
import { IconChevronRight, IconCircleCheck } from '@/ui/icons';
import { Skeleton } from '@/ui/states';
import { LevelIcon, levelWords } from '@/ui/StatusBadge';
import { TechnologyLogo } from '@/ui/TechnologyLogo';
import { For } from '@/ui/time';
import { told } from '@/ui/moments';
import { count } from '@/ui/timeText';
import { useZone } from '@/ui/zone';
import { type Need, needsOf } from './needs';
import home from './home.module.css';
import classes from './needs.module.css';

const shown = 5;

/** What waits for a person: devices, worst first, each with its reason and the way to mend it, and the rules that cannot be used. */
export function NeedsYou({ devices, loading, complete }: { devices: Device[]; loading: boolean; complete: boolean }) {
  const troubled = useMemo(() => needsOf(devices, serverNow()), [devices]);
  const needs = troubled.filter((need) => !need.heals);
  const recovering = troubled.filter((need) => need.heals);
  const rules = useQuery(brokenRulesQuery);
  const broken = rules.data ?? 0;
  return (
    <section className={home.card} aria-labelledby="needs-title">
      <div className={home.cardHead}>
        <h2 id="needs-title">Needs you now</h2>
        {needs.length > shown && (
          <span className={classes.some}>
            {shown} of {count(needs.length)} devices
          </span>
        )}
        {troubled.length > 0 && (
          <Link to="/settings/security-devices" search={{ status: 'unhealthy,attention', sort: 'status' }} className={home.more}>
            Show in the list
          </Link>
        )}
      </div>
      {loading || rules.isPending ? (
        <div className={home.waiting}>
          <Skeleton height={44} />
          <Skeleton height={44} />
        </div>
      ) : needs.length === 0 && broken === 0 ? (
        <p className={classes.calm}>
          <IconCircleCheck size={20} aria-hidden />
          {!complete
            ? 'Nothing so far; the rest of the devices is being loaded.'
            : recovering.length > 0
              ? 'Nothing. What is in trouble recovers by itself.'
              : 'Nothing. Every device that is not paused does what it should.'}
        </p>
      ) : (
        <ul className={classes.needs}>
          {needs.slice(0, shown).map((need) => (
            <NeedRow key={need.device.id} need={need} />
          ))}
          {broken > 0 && <BrokenRules many={broken} />}
        </ul>
      )}
      {recovering.length > 0 && <Recovering needs={recovering} apart={needs.length === 0 && broken === 0} />}
    </section>
  );
}

/** Told, but not counted: nobody has to do anything. */
function Recovering({ needs, apart }: { needs: Need[]; apart: boolean }) {
  useZone();
  return (
    <div className={classes.recovering} data-apart={apart}>
      <h3>Recovering by itself</h3>
      <ul>
        {needs.slice(0, shown).map(({ device, sentence, since }) => (
          <li key={device.id}>
            <Link to="/settings/security-devices/$deviceId" params={{ deviceId: device.id }} search={{}} title={device.attributes.name}>
              <bdi>{device.attributes.name}</bdi>
            </Link>
            {since !== null && <For since={since} className={classes.needSince} />}
            <p>{told(sentence)}</p>
          </li>
        ))}
        {needs.length > shown && <li className="pk-muted">and {count(needs.length - shown)} more</li>}
      </ul>
    </div>
  );
}

function BrokenRules({ many }: { many: number }) {
  return (
    <li>
      <span className={classes.needLevel} data-level="error">
        <LevelIcon level="error" size={18} />
        Broken
      </span>
      <div className={classes.needText}>
        <span className={classes.needName}>
          <AppLink href="/detections?state=broken">{many === 1 ? '1 rule is broken' : `${count(many)} rules are broken`}</AppLink>
        </span>
        <p>What {many === 1 ? 'it looks' : 'they look'} for is not looked for until {many === 1 ? 'it is' : 'they are'} mended.</p>
      </div>
      <AppLink href="/detections?state=broken" className={classes.needAction} aria-label={many === 1 ? 'Details of the broken rule' : 'Details of the broken rules'}>
        Details
        <IconChevronRight size={14} aria-hidden />
      </AppLink>
    </li>
  );
}

function NeedRow({ need }: { need: Need }) {
  useZone();
  const { data: plugins } = useQuery(pluginsQuery);
  const { device, level } = need;
  const { name, plugin_slug } = device.attributes;
  return (
    <li>
      <span className={classes.needLevel} data-level={level}>
        <LevelIcon level={level} size={18} />
        {levelWords[level]}
      </span>
      <div className={classes.needText}>
        <span className={classes.needName}>
          <TechnologyLogo plugin={plugins?.find((one) => one.attributes.plugin_slug === plugin_slug)} size={16} />
          <Link to="/settings/security-devices/$deviceId" params={{ deviceId: device.id }} search={{}} title={name}>
            <bdi>{name}</bdi>
          </Link>
          {need.since !== null && <For since={need.since} className={classes.needSince} />}
        </span>
        <p title={need.whole === undefined || need.whole === need.sentence ? undefined : told(need.whole)}>{told(need.sentence)}</p>
      </div>
      {need.form ? (
        <Link
          to="/settings/security-devices/$deviceId"
          params={{ deviceId: device.id }}
          search={{ edit: device.id }}
          className={classes.needAction}
          aria-label={`${need.form} of ${name}`}
        >
          {need.form}
        </Link>
      ) : (
        <Link
          to="/settings/security-devices/$deviceId"
          params={{ deviceId: device.id }}
          search={{}}
          className={classes.needAction}
          aria-label={`Details of ${name}`}
        >
          Details
          <IconChevronRight size={14} aria-hidden />
        </Link>
      )}
    </li>
  );
}
