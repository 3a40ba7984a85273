import { readApp, type Sources, type View, type ViewedApp, viewOf } from './view.ts';

/**
 * As `viewOf`, view after view: an app whose entry has not changed is the same object as before. So only records that
 * have changed are read, and whoever makes something of a record can tell by the object whether to make it anew.
 */
export function createViewer(): (sources: Sources) => View {
  let known = new Map<string, { value: string; app: ViewedApp }>();
  return (sources) => {
    const now = new Map<string, { value: string; app: ViewedApp }>();
    const view = viewOf(sources, (name, value, index) => {
      const before = known.get(name);
      const isSame = before?.value === value && before.app.index === index;
      const kept = isSame ? before : { value, app: readApp(name, value, index) };
      now.set(name, kept);
      return kept.app;
    });
    known = now;
    return view;
  };
}
