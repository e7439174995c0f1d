import { Fragment, useMemo, useState } from 'react';
import { IconChevronDown, IconChevronRight } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { parseJson, type JsonNode } from './parse';
import classes from './json.module.css';

/** So much is drawn at first of one list, and of one text; the rest is a click away. */
const mostItems = 100;
const mostCharacters = 400;
const moreCharacters = 20_000;
/** What is open at first: two levels, as long as they are not too many lines. */
const openDepth = 2;
const openItems = 40;

/** A JSON text as a tree that opens and closes. What is no JSON is shown as the text it is. */
export function JsonView({ text, mark = [] }: { text: string; mark?: string[] }) {
  const node = useMemo(() => parseJson(text), [text]);
  if (node === null) return <PlainText text={text} mark={mark} />;
  return (
    <div className={classes['tree']}>
      <Value node={node} depth={0} mark={mark} />
    </div>
  );
}

/** A text in pieces: a long one is not drawn whole. */
export function PlainText({ text, mark = [] }: { text: string; mark?: string[] }) {
  const [shown, setShown] = useState(moreCharacters);
  return (
    <div className={classes['plainBox']}>
      <pre className={classes['plain']} dir="ltr">
        <Marked text={text.slice(0, shown)} mark={mark} />
      </pre>
      {text.length > shown && (
        <More
          words={`Show more: ${count(shown)} of ${count(text.length)} characters are shown`}
          onClick={() => {
            setShown(shown + moreCharacters * 5);
          }}
        />
      )}
    </div>
  );
}

function More({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <button type="button" className={classes['more']} onClick={onClick}>
      {words}
    </button>
  );
}

interface ValueProps {
  node: JsonNode;
  depth: number;
  name?: string;
  mark: string[];
}

function Value({ node, depth, name, mark }: ValueProps) {
  if ('items' in node) return <Branch node={node} depth={depth} mark={mark} {...(name === undefined ? {} : { name })} />;
  return (
    <div className={classes['leaf']}>
      <Name name={name} mark={mark} />
      {node.kind === 'string' ? (
        <Text value={node.value} mark={mark} />
      ) : (
        <span className={classes[node.text === 'null' ? 'null' : 'literal']}>{node.text}</span>
      )}
    </div>
  );
}

function Name({ name, mark }: { name: string | undefined; mark: string[] }) {
  if (name === undefined) return null;
  return (
    <span className={classes['key']}>
      <bdi>
        <Marked text={name.length > mostCharacters ? `${name.slice(0, mostCharacters)}…` : name} mark={mark} />
      </bdi>
      <span className={classes['colon']}>: </span>
    </span>
  );
}

function Text({ value, mark }: { value: string; mark: string[] }) {
  const [shown, setShown] = useState(mostCharacters);
  const text = value.slice(0, shown);
  return (
    <span className={classes['string']}>
      <bdi>
        "<Marked text={text} mark={mark} />
        {text.length < value.length ? '…' : '"'}
      </bdi>
      {text.length < value.length && (
        <More
          words={`${count(value.length - text.length)} more characters`}
          onClick={() => {
            setShown(shown + moreCharacters);
          }}
        />
      )}
    </span>
  );
}

function Branch({ node, depth, name, mark }: ValueProps & { node: Extract<JsonNode, { items: JsonNode[] }> }) {
  const [open, setOpen] = useState(depth < openDepth && (depth === 0 || node.items.length <= openItems));
  const [shown, setShown] = useState(mostItems);
  const signs = node.kind === 'object' ? '{}' : '[]';
  const size = node.items.length;
  const unit = node.kind === 'object' ? (size === 1 ? 'field' : 'fields') : size === 1 ? 'entry' : 'entries';
  if (size === 0) {
    return (
      <div className={classes['leaf']}>
        <Name name={name} mark={mark} />
        <span className={classes['colon']}>{signs}</span>
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        className={classes['branch']}
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? <IconChevronDown size={13} aria-hidden /> : <IconChevronRight size={13} aria-hidden />}
        <Name name={name} mark={mark} />
        <span className={classes['colon']}>{open ? signs.charAt(0) : `${signs.charAt(0)}…${signs.charAt(1)}`}</span>
        {!open && (
          <span className={classes['size']}>
            {count(size)} {unit}
          </span>
        )}
      </button>
      {open && (
        <div className={classes['inside']}>
          {node.items.slice(0, shown).map((item, index) => (
            // What a record holds does not change while it is shown.
            <Value key={index} node={item} depth={depth + 1} mark={mark} name={node.kind === 'object' ? (node.keys[index] ?? '') : String(index)} />
          ))}
          {size > shown && (
            <More
              words={`Show ${count(Math.min(mostItems * 5, size - shown))} more of ${count(size)} ${unit}`}
              onClick={() => {
                setShown(shown + mostItems * 5);
              }}
            />
          )}
        </div>
      )}
      {open && <span className={classes['close']}>{signs.charAt(1)}</span>}
    </div>
  );
}

/** Makes the words that were searched for stand out. */
function Marked({ text, mark }: { text: string; mark: string[] }) {
  const words = mark.filter((word) => word !== '');
  if (words.length === 0) return text;
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
  const pieces = text.split(pattern);
  if (pieces.length === 1 || pieces.length > 400) return text;
  return pieces.map((piece, index) => <Fragment key={index}>{index % 2 === 1 ? <mark>{piece}</mark> : piece}</Fragment>);
}
