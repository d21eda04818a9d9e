import { useLayoutEffect, useRef, type RefObject } from 'react';

/** A reference to a value as of the last render, for callbacks that must not change with it. */
export function useLatest<T>(value: T): Readonly<RefObject<T>> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  }, [value]);
  return latest;
}
