import { Button, Popover, Text } from '@mantine/core';
import { IconRefresh, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { KqlError } from '../../base/kql/parser';
import type { PatternField } from '../../base/search/fields';
import type { BarQuery } from '../../base/search/query';
import { rememberQuery } from './history';
import { LanguageSwitch } from './LanguageSwitch';
import classes from './QueryBar.module.css';
import type { Suggestion, SuggestValues } from './suggest';
import { SuggestionList } from './SuggestionList';
import { useSuggestions } from './useSuggestions';

export interface QueryBarProps {
  query: BarQuery;
  fields: readonly PatternField[];
  suggestValues: SuggestValues;
  error: Error | null;
  /** A text typed but not yet sent: the button beside says Update. */
  onDirty: (dirty: boolean) => void;
  onSubmit: (query: BarQuery) => void;
  /** Receives a function that sends what is typed. */
  submitRef: { current: () => void };
}

/** The query: KQL with completion, or Lucene. */
export function QueryBar({
  query,
  fields,
  suggestValues,
  error,
  onDirty,
  onSubmit,
  submitRef,
}: QueryBarProps) {
  const [text, setText] = useState(query.query);
  const [language, setLanguage] = useState(query.language);
  const [cursor, setCursor] = useState(0);
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const items = useSuggestions({ text, cursor, language, open, fields, values: suggestValues });

  const [picked, setPicked] = useState({ items, index: -1 });
  const active = picked.items === items ? picked.index : -1;
  const [seen, setSeen] = useState(query);
  // What is typed yields to a query that came from elsewhere: back button, saved search.
  if (seen.query !== query.query || seen.language !== query.language) {
    setSeen(query);
    setText(query.query);
    setLanguage(query.language);
  }
  useEffect(
    () => onDirty(text !== query.query || language !== query.language),
    [text, language, query, onDirty],
  );

  const submit = (next = text): void => {
    setOpen(false);
    rememberQuery({ language, query: next });
    onSubmit({ language, query: next });
  };
  useEffect(() => {
    submitRef.current = submit;
  });

  const accept = (item: Suggestion): void => {
    const next = text.slice(0, item.from) + item.text + text.slice(item.to);
    const at = item.from + item.text.length;
    setText(next);
    setCursor(at);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
    });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && open && items.length > 0) {
      event.preventDefault();
      setPicked({
        items,
        index: (active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length,
      });
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      const item = open ? items[active] : undefined;
      if (item) accept(item);
      else submit();
    } else if (event.key === 'Tab' && open && active >= 0 && items[active]) {
      event.preventDefault();
      accept(items[active]);
    } else if (event.key === 'Escape') setOpen(false);
  };

  const shown = open && items.length > 0;
  return (
    <div className={classes.wrap}>
      <Popover opened={shown} position="bottom-start" offset={2} width="target" shadow="md" withinPortal>
        <Popover.Target>
          <div className={classes.bar} data-invalid={error !== null || undefined}>
            <IconSearch size={16} stroke={1.8} className={classes.icon} aria-hidden />
            <textarea
              ref={input}
              className={classes.input}
              rows={1}
              spellCheck={false}
              autoComplete="off"
              value={text}
              placeholder={
                language === 'kuery'
                  ? 'Search with KQL, such as  level: error and kubernetes.namespace_name: pay*'
                  : 'Search with Lucene'
              }
              role="combobox"
              aria-label="Query"
              aria-expanded={shown}
              aria-controls={`${id}-list`}
              aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
              aria-autocomplete="list"
              aria-invalid={error !== null}
              aria-describedby={error ? `${id}-error` : undefined}
              data-test-subj="queryInput"
              onChange={(event) => {
                setText(event.currentTarget.value);
                setCursor(event.currentTarget.selectionStart);
                setOpen(true);
              }}
              onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
              onClick={() => setOpen(true)}
              onBlur={() => setOpen(false)}
              onKeyDown={onKeyDown}
            />
            {text !== '' && (
              <button
                type="button"
                className={classes.clear}
                aria-label="Clear the query"
                data-test-subj="clearQuery"
                onClick={() => {
                  setText('');
                  submit('');
                }}
              >
                <IconX size={14} />
              </button>
            )}
            <LanguageSwitch language={language} onChange={setLanguage} />
          </div>
        </Popover.Target>
        <Popover.Dropdown p={0} onMouseDown={(event) => event.preventDefault()}>
          <SuggestionList id={id} items={items} active={active} onPick={accept} />
        </Popover.Dropdown>
      </Popover>
      {error && <QueryError id={`${id}-error`} error={error} />}
    </div>
  );
}

/** The text with the place where reading stopped. */
function QueryError({ id, error }: { id: string; error: Error }) {
  const place = error instanceof KqlError ? error : null;
  return (
    <Text id={id} size="xs" c="red" role="alert" className={classes.error} data-test-subj="queryError">
      {error.message}
      {place && place.text.trim() !== '' && (
        <code className={classes.place}>
          {place.text.slice(Math.max(0, place.at - 40), place.at)}
          <mark>{place.text[place.at] ?? ' '}</mark>
          {place.text.slice(place.at + 1, place.at + 40)}
        </code>
      )}
    </Text>
  );
}

/** Sends the query again, or what was typed. */
export function SubmitButton({
  dirty,
  loading,
  onClick,
}: {
  dirty: boolean;
  loading: boolean;
  onClick: () => void;
}) {
  return (
    <Button
      size="sm"
      w={112}
      px="xs"
      variant={dirty ? 'filled' : 'light'}
      color={dirty ? 'green' : undefined}
      loading={false}
      leftSection={<IconRefresh size={16} className={loading ? classes.spin : undefined} />}
      aria-busy={loading}
      data-test-subj="querySubmitButton"
      onClick={onClick}
    >
      {dirty ? 'Update' : 'Refresh'}
    </Button>
  );
}
