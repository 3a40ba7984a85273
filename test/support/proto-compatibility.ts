import protobuf from 'protobufjs';

/**
 * What peers and clients of `before` would misunderstand in `after`, one line each; none: both may run side by side. Fields
 * and values may be added. What goes leaves its number and its name as `reserved`; a call, a message or an enum never goes.
 */
export function incompatibilities(before: protobuf.Root, after: protobuf.Root): string[] {
  before.resolveAll();
  after.resolveAll();
  return inNamespace(before, after);
}

function inNamespace(before: protobuf.NamespaceBase, after: protobuf.NamespaceBase): string[] {
  return before.nestedArray.flatMap((old) => {
    const now = after.get(old.name);
    const name = nameOf(old);
    if (old instanceof protobuf.Service)
      return now instanceof protobuf.Service ? inService(old, now) : [`service ${name} is gone`];
    if (old instanceof protobuf.Enum)
      return now instanceof protobuf.Enum ? inEnum(old, now) : [`enum ${name} is gone`];
    if (old instanceof protobuf.Type) {
      if (!(now instanceof protobuf.Type)) return [`message ${name} is gone`];
      return [...inMessage(old, now), ...inNamespace(old, now)];
    }
    if (!(old instanceof protobuf.Namespace)) return [];
    return now instanceof protobuf.Namespace ? inNamespace(old, now) : [`package ${name} is gone`];
  });
}

function inService(before: protobuf.Service, after: protobuf.Service): string[] {
  return before.methodsArray.flatMap((old) => {
    const now = after.methods[old.name];
    const name = nameOf(old);
    if (now === undefined) return [`rpc ${name} is gone`];
    return changed(`rpc ${name}`, signatureOf(old), signatureOf(now));
  });
}

function signatureOf(method: protobuf.Method): string {
  const side = (type: protobuf.Type | null, streams: boolean | undefined) =>
    `${streams ? 'stream ' : ''}${type === null ? '?' : nameOf(type)}`;
  const { resolvedRequestType: request, resolvedResponseType: response } = method;
  return `(${side(request, method.requestStream)}) returns (${side(response, method.responseStream)})`;
}

function inMessage(before: protobuf.Type, after: protobuf.Type): string[] {
  const fields = before.fieldsArray.flatMap((old) => {
    const now = after.fieldsById[old.id];
    if (now !== undefined)
      return changed(`field ${nameOf(before)} ${old.id}`, fieldText(old), fieldText(now));
    return unreserved(`field ${nameOf(old)} = ${old.id}`, old, after);
  });
  return [...fields, ...released(before, after)];
}

/** All that the wire and the JSON of a field depend on. */
function fieldText(field: protobuf.Field): string {
  const type = field.resolvedType === null ? field.type : nameOf(field.resolvedType);
  const oneof = field.partOf && !isOptional(field) ? ` in oneof ${field.partOf.name}` : '';
  if (field instanceof protobuf.MapField) return `map<${field.keyType}, ${type}> ${field.name}`;
  const label = field.repeated ? 'repeated ' : isOptional(field) ? 'optional ' : '';
  return `${label}${type} ${field.name}${oneof}`;
}

const isOptional = ({ options }: protobuf.Field): boolean => options?.proto3_optional === true;

function inEnum(before: protobuf.Enum, after: protobuf.Enum): string[] {
  const values = Object.entries(before.values).flatMap(([name, id]) => {
    const what = `value ${nameOf(before)}.${name}`;
    const now = after.values[name];
    if (now !== undefined) return changed(what, String(id), String(now));
    const other = after.valuesById[id];
    if (other !== undefined) return [`${what} = ${id} is now named ${other}`];
    return unreserved(`${what} = ${id}`, { id, name }, after);
  });
  return [...values, ...released(before, after)];
}

type Reserving = protobuf.Type | protobuf.Enum;

function unreserved(what: string, { id, name }: { id: number; name: string }, after: Reserving): string[] {
  const free = [
    ...(isReserved(after, id, id) ? [] : [`number ${id}`]),
    ...(after.isReservedName(name) ? [] : [`name "${name}"`]),
  ];
  return free.length === 0 ? [] : [`${what} is gone, and its ${free.join(' and its ')} not reserved`];
}

/** What was reserved stays so: somebody may still send it. */
function released(before: Reserving, after: Reserving): string[] {
  return (before.reserved ?? []).flatMap((entry) => {
    if (typeof entry === 'string')
      return after.isReservedName(entry)
        ? []
        : [`${nameOf(before)}: the name "${entry}" is not reserved any more`];
    const [from = 0, to = from] = entry;
    return isReserved(after, from, to)
      ? []
      : [`${nameOf(before)}: the numbers ${from} to ${to} are not reserved any more`];
  });
}

/** The library's own isReservedId takes the last number of a range for free. */
const isReserved = ({ reserved }: Reserving, from: number, to: number): boolean =>
  (reserved ?? []).some(
    (entry) => typeof entry !== 'string' && (entry[0] ?? 0) <= from && (entry[1] ?? 0) >= to,
  );

const changed = (what: string, before: string, after: string): string[] =>
  before === after ? [] : [`${what} was ${before}, and is ${after}`];

const nameOf = ({ fullName }: protobuf.ReflectionObject): string => fullName.replace(/^\./, '');
