/** The formatter of each field by its id, from an index pattern's `fieldFormatMap`; none when that is malformed. */
export function formatNames(fieldFormatMap: string | undefined): Map<string, string> {
  const names = new Map<string, string>();
  if (fieldFormatMap === undefined) return names;
  try {
    const formats = JSON.parse(fieldFormatMap) as Record<string, { id?: unknown } | null>;
    for (const [field, format] of Object.entries(formats)) {
      if (typeof format?.id === 'string') names.set(field, format.id);
    }
  } catch {
    // Written by hand or by a newer Kibana: the page works without formatters.
  }
  return names;
}
