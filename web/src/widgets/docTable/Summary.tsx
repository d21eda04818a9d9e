import { flattenHit, messageField, valueText } from '../../base/doc/flatten';
import { highlightedText } from '../../base/doc/rich';
import type { Hit, Json } from '../../base/search/types';
import { RichText } from '../richText/RichText';
import classes from './DocTable.module.css';

const LONGEST = 1200;

interface Pair {
  name: string;
  text: string;
  matched: boolean;
}

function pairs(hit: Hit, timeField: string | undefined): Pair[] {
  const flat = flattenHit(hit);
  const message = messageField(flat);
  const list = [...flat]
    .filter(([name]) => name !== timeField)
    .map(([name, value]) => pair(hit, name, value));
  const rank = (item: Pair): number => (item.name === message ? 0 : item.matched ? 1 : 2);
  return list.sort((a, b) => rank(a) - rank(b));
}

function pair(hit: Hit, name: string, value: Json): Pair {
  const text = valueText(value);
  const marked = highlightedText(hit.highlight, name, text);
  const shown = marked ?? text;
  return {
    name,
    text: shown.length > LONGEST && !marked ? `${shown.slice(0, LONGEST)}…` : shown,
    matched: marked !== undefined,
  };
}

/** A whole document in a few lines: the line itself first, then what matched, then the rest. */
export function Summary({ hit, timeField }: { hit: Hit; timeField: string | undefined }) {
  return (
    <dl className={classes.summary}>
      {pairs(hit, timeField).map(({ name, text }) => (
        <div key={name} className={classes.pair}>
          <dt>{name}:</dt>{' '}
          <dd>
            <RichText text={text} />
          </dd>{' '}
        </div>
      ))}
    </dl>
  );
}
