import { IconArrowRight, IconHistory, IconMathFunction, IconQuote } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { FieldIcon } from '../fieldIcon/FieldIcon';
import classes from './QueryBar.module.css';
import type { Suggestion } from './suggest';

interface Props {
  id: string;
  items: readonly Suggestion[];
  active: number;
  onPick: (item: Suggestion) => void;
}

const ICONS = {
  operator: IconMathFunction,
  value: IconQuote,
  conjunction: IconArrowRight,
  recent: IconHistory,
  field: IconQuote,
};

/** The completions as a list box. */
export function SuggestionList({ id, items, active, onPick }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <ul ref={list} id={`${id}-list`} role="listbox" aria-label="Completions" className={classes.list}>
      {items.map((item, index) => {
        const Icon = ICONS[item.kind];
        return (
          <li
            key={`${item.kind} ${item.label}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className={classes.item}
            data-test-subj={`autocompleteSuggestion-${item.kind}-${item.label}`}
            onClick={() => onPick(item)}
          >
            {item.field ? (
              <FieldIcon kind={item.field.kind} />
            ) : (
              <Icon size={14} className={classes.itemIcon} />
            )}
            <span className={classes.itemLabel}>{item.label}</span>
            <span className={classes.itemNote}>{item.note}</span>
          </li>
        );
      })}
    </ul>
  );
}
