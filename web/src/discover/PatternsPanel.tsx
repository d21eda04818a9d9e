import { ActionIcon, Skeleton, Stack, Text } from '@mantine/core';
import { IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { levelOfText } from '../base/doc/level';
import { flattenHit, messageField } from '../base/doc/flatten';
import { plainText } from '../base/doc/rich';
import { customFilter, type Filter } from '../base/filters/filter';
import { constantPhrases, mineTemplates, WILDCARD, type Template } from '../base/templates';
import { formatCount } from '../base/time/format';
import classes from './Patterns.module.css';
import { ErrorPanel } from './ErrorPanel';
import { exchange, type SearchPlan } from './useSearch';

const SAMPLE = 5000;
const SHOWN = 100;

interface Mined {
  field: string;
  templates: Template[];
  examples: string[];
  lines: number;
}

async function loadTemplates(plan: SearchPlan, field: string, signal: AbortSignal): Promise<Mined> {
  const body = {
    size: SAMPLE,
    track_total_hits: false,
    sort: plan.sort,
    query: plan.query,
    _source: [field],
  };
  const { hits } = (await exchange(plan.path, body, signal)).response.hits;
  const lines = hits
    .map((hit) => flattenHit(hit).get(field))
    .filter((line) => typeof line === 'string')
    .map(plainText);
  const templates = mineTemplates(lines).slice(0, SHOWN);
  return {
    field,
    templates,
    examples: templates.map((template) => lines[template.example] ?? ''),
    lines: lines.length,
  };
}

/** A filter for the lines of a template: those that hold all its constant phrases. */
export function templateFilter(index: string, field: string, template: Template, negate: boolean): Filter {
  const phrases = constantPhrases(template).map((phrase) => ({ match_phrase: { [field]: phrase } }));
  const label = `${field} like ${template.words.join(' ')}`;
  const filter = customFilter(
    index,
    { bool: { filter: phrases } },
    label.length > 90 ? `${label.slice(0, 90)}…` : label,
  );
  return { ...filter, meta: { ...filter.meta, negate } };
}

interface Props {
  plan: SearchPlan;
  /** Rows loaded: they tell which field holds the line. */
  field: string | undefined;
  onFilter: (field: string, template: Template, negate: boolean) => void;
}

/** The shapes of the lines, with counts and buttons that filter. */
export function PatternsPanel({ plan, field, onFilter }: Props) {
  const mined = useQuery({
    queryKey: ['discover-templates', plan.path, plan.query, plan.sort, field],
    queryFn: ({ signal }) => loadTemplates(plan, field ?? '', signal),
    enabled: field !== undefined,
    staleTime: Infinity,
  });
  if (field === undefined)
    return (
      <Text className={classes.note}>
        No field of these documents holds a line of text (log, message, msg).
      </Text>
    );
  if (mined.error)
    return (
      <ErrorPanel
        title="The patterns could not be found"
        error={mined.error}
        onRetry={() => void mined.refetch()}
      />
    );
  if (!mined.data) {
    return (
      <Stack p="sm" gap={8} aria-hidden>
        {[92, 80, 86, 70, 64].map((width) => (
          <Skeleton key={width} height={26} width={`${width}%`} />
        ))}
      </Stack>
    );
  }
  const { templates, examples, lines } = mined.data;
  return (
    <div
      className={classes.panel}
      tabIndex={0}
      role="region"
      aria-label="Patterns"
      data-test-subj="discoverPatterns"
    >
      <Text className={classes.note}>
        {formatCount(templates.length)} patterns in <code>{field}</code> of the {formatCount(lines)} first
        documents; {WILDCARD} stands for what differs
      </Text>
      <ol className={classes.list}>
        {templates.map((template, index) => (
          <li
            key={template.words.join(' ')}
            className={classes.item}
            data-level={levelOfText(examples[index] ?? '')}
          >
            <span className={classes.count} title={`${formatCount(template.count)} lines`}>
              {formatCount(template.count)}
            </span>
            <span className={classes.percent}>{((100 * template.count) / lines).toFixed(1)}%</span>
            <span className={classes.bar} aria-hidden>
              <span style={{ width: `${(100 * template.count) / (templates[0]?.count ?? 1)}%` }} />
            </span>
            <code className={classes.text} title={examples[index]}>
              <TemplateText template={template} />
            </code>
            <ActionIcon
              size={22}
              variant="subtle"
              aria-label="Filter for this pattern"
              title="Filter for this pattern"
              onClick={() => onFilter(field, template, false)}
              data-test-subj="patternFilterFor"
            >
              <IconZoomIn size={15} />
            </ActionIcon>
            <ActionIcon
              size={22}
              variant="subtle"
              aria-label="Filter out this pattern"
              title="Filter out this pattern"
              onClick={() => onFilter(field, template, true)}
              data-test-subj="patternFilterOut"
            >
              <IconZoomOut size={15} />
            </ActionIcon>
          </li>
        ))}
      </ol>
    </div>
  );
}

function TemplateText({ template }: { template: Template }) {
  const parts = template.words.join(' ').split(WILDCARD);
  return parts.flatMap((part, index) =>
    index === 0 ? [part] : [<i key={`${index} ${part}`}>{WILDCARD}</i>, part],
  );
}

/** The field that holds the line in the first rows. */
export function lineField(rows: Parameters<typeof flattenHit>[0][]): string | undefined {
  for (const hit of rows.slice(0, 50)) {
    const field = messageField(flattenHit(hit));
    if (field !== undefined) return field;
  }
  return undefined;
}
